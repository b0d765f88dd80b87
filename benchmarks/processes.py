"""What Linux tells about processes, in megabytes."""

from pathlib import Path

_MB = 1000 * 1000


def of_session(session: int) -> list[int]:
    """The processes that a server started with its own session consists of."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _session(path) == session]


def resident(session: int) -> float:
    """Resident memory of all processes of a session; what they share is counted once for each, as `top` does."""
    return sum(_status(pid, "VmRSS") for pid in of_session(session))


def proportional(session: int) -> float:
    """Memory of all processes of a session, with what is shared divided among the sharers."""
    return sum(_kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in of_session(session))


def reset_peak(session: int) -> None:
    """Forget the highest memory so far."""
    for pid in of_session(session):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(session: int) -> float:
    """The highest resident memory of the processes since ``reset_peak``."""
    return sum(_status(pid, "VmHWM") for pid in of_session(session))


def _status(pid: int, field: str) -> float:
    return _kilobytes(Path(f"/proc/{pid}/status"), field)


def _kilobytes(path: Path, field: str) -> float:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / _MB for line in lines if line.startswith(f"{field}:")), 0.0)


def _session(path: Path) -> int | None:
    try:
        # The name of the command, in brackets, may hold blanks.
        fields = (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[3])
