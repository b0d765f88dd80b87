import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.local import LocalArtifacts
from penstock.artifacts.path import artifact_path
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter, NotFound, Unavailable
from penstock.testing.artifact_suite import ArtifactSuite, get, listed, put

DAY = 24 * 3600.0
LEFTOVER = ".part-" + "0" * 32


class TestLocalArtifacts(ArtifactSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ArtifactStore:
        return LocalArtifacts(tmp_path / "made" / "when needed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalArtifacts:
    return LocalArtifacts(root)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def open_descriptors() -> int:
    return len(names(Path("/proc/self/fd")))


def test_a_write_under_way_is_not_seen(store: LocalArtifacts, root: Path) -> None:
    seen: list[list[FileInfo]] = []

    def chunks() -> Iterator[bytes]:
        yield b"half"
        seen.append(listed(store))
        yield b"whole"

    store.put(artifact_path("a.txt"), chunks())
    assert seen == [[]]
    assert names(root) == ["a.txt"]


def test_leftovers_go_after_a_day(root: Path) -> None:
    now = root.stat().st_ctime
    (root / LEFTOVER).mkdir()
    (root / LEFTOVER / "file").write_bytes(b"x")
    assert listed(LocalArtifacts(root, clock=lambda: now + DAY - 60)) == []
    assert names(root) == [LEFTOVER]
    assert listed(LocalArtifacts(root, clock=lambda: now + DAY + 60)) == []
    assert names(root) == []


def test_names_of_writes_under_way_are_refused(store: LocalArtifacts) -> None:
    with pytest.raises(InvalidParameter):
        put(store, LEFTOVER, b"x")
    with pytest.raises(InvalidParameter):
        put(store, f"{LEFTOVER}/x", b"x")
    put(store, ".part-of-a-name", b"x")
    assert get(store, ".part-of-a-name") == b"x"


def test_a_link_to_a_file_is_not_followed(store: LocalArtifacts, root: Path) -> None:
    (root / "link").symlink_to(root.parent / "outside" / "secret")
    with pytest.raises(InvalidParameter):
        get(store, "link")
    with pytest.raises(InvalidParameter):
        put(store, "link", b"x")
    assert listed(store) == []
    store.delete(artifact_path("link"))
    assert (root.parent / "outside" / "secret").read_bytes() == b"secret"


def test_a_link_to_a_directory_is_not_followed(store: LocalArtifacts, root: Path) -> None:
    (root / "link").symlink_to(root.parent / "outside")
    with pytest.raises(NotFound):
        get(store, "link/secret")
    with pytest.raises(InvalidParameter):
        put(store, "link/secret", b"x")
    assert listed(store, "link") == []
    store.delete(artifact_path("link/secret"))
    store.delete(artifact_path("link"))
    assert (root.parent / "outside" / "secret").read_bytes() == b"secret"


def test_a_link_inside_a_deleted_directory_is_not_followed(store: LocalArtifacts, root: Path) -> None:
    put(store, "a/b.txt", b"b")
    (root / "a" / "link").symlink_to(root.parent / "outside")
    store.delete(artifact_path("a"))
    assert names(root) == []
    assert (root.parent / "outside" / "secret").read_bytes() == b"secret"


def test_the_root_may_be_a_link(root: Path) -> None:
    (root.parent / "alias").symlink_to(root)
    put(LocalArtifacts(root.parent / "alias"), "a.txt", b"a")
    assert (root / "a.txt").read_bytes() == b"a"


def test_a_pipe_does_not_hang(store: LocalArtifacts, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(InvalidParameter):
        get(store, "pipe")
    with pytest.raises(InvalidParameter):
        put(store, "pipe", b"x")
    assert listed(store) == []


def test_a_directory_swapped_for_a_link_leads_nowhere(store: LocalArtifacts, root: Path) -> None:
    put(store, "a/secret", b"mine")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (root / "a").rename(root / "b")
            (root / "a").symlink_to(root.parent / "outside")
            (root / "a").unlink()
            (root / "b").rename(root / "a")

    thread = threading.Thread(target=swap)
    thread.start()
    got: set[bytes] = set()
    for _ in range(3000):
        try:
            got.add(get(store, "a/secret"))
        except (NotFound, InvalidParameter):
            continue
    stop.set()
    thread.join()
    assert got == {b"mine"}


def test_names_that_are_no_text_are_not_listed(store: LocalArtifacts, root: Path) -> None:
    (root / os.fsdecode(b"bad-\xff")).touch()
    put(store, "good", b"")
    assert [file.path for file in listed(store)] == ["good"]


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path: Path) -> None:
    # A limit on the size of files stands in for a full disk, which only root could make; the limit is the process's.
    code = f"""
import resource, signal
from penstock.artifacts.local import LocalArtifacts
from penstock.artifacts.path import artifact_path
from penstock.errors import PenstockError
store = LocalArtifacts({str(tmp_path)!r})
store.put(artifact_path("a"), [b"old"])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    store.put(artifact_path("a"), [b"x" * 600] * 5)
except PenstockError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("StorageFull")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_errors_do_not_tell_the_folder(root: Path) -> None:
    (root / "a").write_bytes(b"")
    with pytest.raises(Unavailable) as raised:
        put(LocalArtifacts(root / "a"), "b", b"x")
    assert str(root) not in raised.value.message


def test_all_descriptors_are_closed(store: LocalArtifacts, root: Path) -> None:
    (root / "link").symlink_to("nowhere")
    before = open_descriptors()
    for _ in range(20):
        put(store, "d/a.txt", b"a")
        get(store, "d/a.txt")
        store.open(artifact_path("d/a.txt")).chunks.close()
        listed(store, "d")
        for path in ("absent/x", "link", "d"):
            with pytest.raises((NotFound, InvalidParameter)):
                get(store, path)
        store.delete(artifact_path("d"))
    assert open_descriptors() == before
