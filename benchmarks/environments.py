"""The two environments: Penstock as a user would install it, from a built wheel, and the published MLflow.

Both are byte-compiled and hold no development tools, so that start-up times and sizes are those of an installation.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
_PENSTOCK = REPOSITORY / ".venvs" / "penstock-bench"
_MLFLOW = REPOSITORY / ".venvs" / "mlflow"
# What goes into the wheel; what a build writes itself is left out, or it would always look new.
_SOURCES = (
    "pyproject.toml",
    "hatch_build.py",
    "src/penstock",
    "examples",
    "ui/src",
    "ui/index.html",
    "ui/package-lock.json",
)
_WRITTEN = ("__pycache__", "/server/static/")


class NotInstalled(Exception):
    """An environment is missing, or could not be made; the message says what to do."""


def mlflow_python(named: str | None) -> Path:
    """The interpreter that has MLflow: as named, or by ``PENSTOCK_BENCH_MLFLOW`` (the environment), or of ``make bench``."""
    folder = Path(os.environ.get("PENSTOCK_BENCH_MLFLOW") or _MLFLOW)
    python = Path(named) if named else folder / "bin" / "python"
    if not python.is_file():
        raise NotInstalled(f"There is no {python}: run `make bench`, which installs MLflow, or give --mlflow PYTHON.")
    return python.absolute()


def penstock_python(named: str | None) -> Path:
    """The interpreter that has Penstock: as named, or of an environment built from these sources."""
    if named:
        return Path(named).absolute()
    ready = _PENSTOCK / ".ready"
    if not ready.is_file() or ready.stat().st_mtime < _newest_source():
        print("Building Penstock's wheel and installing it in .venvs/penstock-bench ...", flush=True)
        _install()
        ready.touch()
    return _PENSTOCK / "bin" / "python"


def _install() -> None:
    uv = shutil.which("uv") or str(REPOSITORY / ".uv-venv" / "bin" / "uv")
    wheels = _PENSTOCK / "wheel"
    _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_PENSTOCK))
    _run(uv, "build", "--quiet", "--wheel", "--out-dir", str(wheels))
    (wheel,) = wheels.glob("*.whl")
    _run(uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(_PENSTOCK), str(wheel))


def _run(*command: str) -> None:
    result = subprocess.run(command, cwd=REPOSITORY, check=False)
    if result.returncode:
        raise NotInstalled(f"`{' '.join(command)}` failed; what it says stands above.")


def _newest_source() -> float:
    tops = [REPOSITORY / name for name in _SOURCES]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return max(path.stat().st_mtime for path in files if not any(part in str(path) for part in _WRITTEN))
