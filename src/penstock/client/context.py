"""What every run records on its own: who, from which code, in which environment."""

import shlex
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from penstock.entities import rules, wellknown
from penstock.settings import Settings

COMMAND: Final = "penstock.command"
PYTHON: Final = "penstock.python"
PACKAGES: Final = "penstock.packages"

_SECRET: Final = ("password", "passwd", "token", "secret", "api-key", "api_key", "apikey", "credential")
_GIT_SECONDS: Final = 5.0


def user_name() -> str:
    """Who runs this; empty if that cannot be told."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container whose user has no name.
        return ""


def describe(settings: Settings) -> dict[str, str]:
    """The tags of this process for a run that starts now, apart from its packages."""
    source, kind = _source()
    tags = {wellknown.USER: user_name(), wellknown.SOURCE_NAME: source, wellknown.SOURCE_TYPE: kind}
    tags[PYTHON] = sys.version.split(maxsplit=1)[0]
    if kind == "LOCAL":
        tags[COMMAND] = shlex.join(_without_secrets(sys.orig_argv))
    directory = Path(source).parent if kind == "LOCAL" and Path(source).is_file() else Path.cwd()
    tags |= _git_tags(directory, diff=settings.flag("PENSTOCK_CAPTURE_DIFF"))
    return {key: value for key, value in tags.items() if value and len(value) <= rules.MAX_TAG_VALUE_LENGTH}


def load_metadata() -> None:
    """Load the modules that ``packages`` needs, some of which are loaded only when one is looked at."""
    from importlib.metadata import distributions

    for first in distributions():
        assert first.metadata is not None
        break


@cache
def packages() -> str:
    """The installed packages, a line ``name==version`` each, by name."""
    from importlib.metadata import distributions

    found = {dist.metadata["Name"]: dist.version for dist in distributions() if dist.metadata["Name"]}
    return "\n".join(f"{name}=={found[name]}" for name in sorted(found, key=str.lower))


def _source() -> tuple[str, str]:
    main = sys.modules.get("__main__")
    if "ipykernel" in sys.modules and not getattr(main, "__file__", None):
        notebook = getattr(main, "__vsc_ipynb_file__", "") or getattr(main, "__session__", "")
        return str(notebook or "notebook"), "NOTEBOOK"
    script = getattr(main, "__file__", None) or (sys.argv[0] if sys.argv else "")
    return (str(Path(script).absolute()) if script not in {"", "-c", "-m"} else "<command line>"), "LOCAL"


def _without_secrets(words: Sequence[str]) -> list[str]:
    """The command line with what looks like a secret left out."""
    shown: list[str] = []
    hide_next = False
    for word in words:
        name, equals, _ = word.partition("=")
        is_secret = any(mark in name.lower() for mark in _SECRET)
        if hide_next and not word.startswith("-"):
            shown.append("***")
        elif is_secret and equals:
            shown.append(f"{name}=***")
        else:
            shown.append(word)
        hide_next = is_secret and not equals and word.startswith("-")
    return shown


@cache
def _git_tags(directory: Path, *, diff: bool) -> dict[str, str]:
    """What Git says of the code, asked once a process: it was loaded as it was then."""
    if not any((folder / ".git").exists() for folder in (directory, *directory.parents)):
        return {}
    head = _git(directory, "rev-parse", "HEAD", "--abbrev-ref", "HEAD").splitlines()
    if len(head) != 2:
        return {}
    changes = _git(directory, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD")
    remote = _git(directory, "config", "--get", "remote.origin.url").strip()
    tags = {
        wellknown.GIT_COMMIT: head[0],
        wellknown.GIT_BRANCH: head[1] if head[1] != "HEAD" else "",
        wellknown.GIT_DIRTY: "true" if changes else "false",
        wellknown.GIT_REPOSITORY: _without_password(remote),
        wellknown.GIT_DIFF: _short(changes) if diff else "",
    }
    return {key: value for key, value in tags.items() if value}


def _git(directory: Path, *words: str) -> str:
    import subprocess

    # A repository may name programs to be run by Git; none of them is needed here.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.pager=cat", *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=directory, capture_output=True, timeout=_GIT_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").replace("\0", "") if done.returncode == 0 else ""


def _short(changes: str) -> str:
    """The changes, or, where they are too long for a tag, which files they are in."""
    if len(changes) <= rules.MAX_TAG_VALUE_LENGTH:
        return changes
    files = [line for line in changes.splitlines() if line.startswith("diff --git ")]
    note = f"# The changes have {len(changes)} characters, too many to be kept here. They are in these files:\n"
    return (note + "\n".join(files))[: rules.MAX_TAG_VALUE_LENGTH]


def _without_password(remote: str) -> str:
    if "://" not in remote:
        return remote
    parts = urlsplit(remote)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
