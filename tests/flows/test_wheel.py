"""Who installs a clone gets the page, with no Node on the machine."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.heavy
def test_a_wheel_of_a_clone_holds_the_page_where_no_node_is_installed(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
    uv = shutil.which("uv") or str(REPOSITORY / ".uv-venv/bin/uv")

    environment = without_node(tmp_path / "bin")
    assert shutil.which("node", path=environment["PATH"]) is None

    command: list[str | Path] = [uv, "build", "--wheel", "--out-dir", tmp_path / "dist", clone]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "penstock/server/static/index.html" in names
    assert any(name.startswith("penstock/server/static/assets/") and name.endswith(".js") for name in names)


def without_node(folder: Path) -> dict[str, str]:
    """This process's environment, but for every Node: folders that hold one are replaced by links to the rest of them."""
    folder.mkdir()
    kept = [str(folder)]
    for place in map(Path, os.get_exec_path()):
        if not (place / "node").exists():
            kept.append(str(place))
            continue
        for file in place.iterdir():
            link = folder / file.name
            if file.name not in {"node", "nodejs", "npm", "npx"} and not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(file)
    return {**os.environ, "PATH": os.pathsep.join(kept)}
