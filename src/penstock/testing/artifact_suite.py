"""What every artifact store, and every wrapper of one, must do (``artifacts/base.py``).

Subclass ``ArtifactSuite`` with a fixture ``store`` that gives an empty store:

    class TestMyStore(ArtifactSuite):
        @pytest.fixture
        def store(self, tmp_path: Path) -> ArtifactStore:
            return MyStore(tmp_path)
"""

import hashlib
from collections.abc import Iterator

import pytest

from penstock.artifacts.base import ArtifactStore, Stored
from penstock.artifacts.path import artifact_path
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter, NotFound

ROOT = artifact_path("")
ODD_NAMES = (
    "a%20b", "a%2Fb", "a%2e%2e", "%", "a#b", "a?b", "a&b=c", "a b", "a+b", "a;b", "ab:c", "a'b\"c", "a@b!$*(),", "~a", "-a", ".a",
    "a..b", "…", "größe", "数据", "🦀.bin", "e\u0301", "[1]{2}<3>|^`",
)  # fmt: skip


def put(store: ArtifactStore, path: str, content: bytes) -> Stored:
    """Write ``content``."""
    return store.put(artifact_path(path), [content])


def get(store: ArtifactStore, path: str, start: int = 0, end: int | None = None) -> bytes:
    """Read a file or a part of it."""
    return b"".join(store.open(artifact_path(path), start, end).chunks)


def listed(store: ArtifactStore, path: str = "") -> list[FileInfo]:
    """What is in a directory."""
    return store.list(artifact_path(path))


class ArtifactSuite:
    """The behaviours; each of them starts with an empty store."""

    def test_a_file_comes_back_as_it_was(self, store: ArtifactStore) -> None:
        content = bytes(range(256)) * 5000
        chunks = [content[i : i + 100_003] for i in range(0, len(content), 100_003)]
        stored = store.put(artifact_path("model.bin"), chunks)
        assert stored == Stored(len(content), hashlib.sha256(content).hexdigest())
        assert get(store, "model.bin") == content

    def test_an_opened_file_tells_its_size_and_age(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"hello")
        opened = store.open(artifact_path("a.txt"), 1, 3)
        assert b"".join(opened.chunks) == b"el"
        assert opened.size == 5
        assert opened.modified > 1_600_000_000

    @pytest.mark.parametrize("chunks", [[], [b""], [b"", b""]])
    def test_an_empty_file_is_a_file(self, store: ArtifactStore, chunks: list[bytes]) -> None:
        assert store.put(artifact_path("empty"), chunks) == Stored(0, hashlib.sha256().hexdigest())
        assert get(store, "empty") == b""
        assert get(store, "empty", 0, 10) == b""
        assert listed(store) == [FileInfo(path="empty", is_dir=False, file_size=0)]

    def test_putting_again_writes_over(self, store: ArtifactStore) -> None:
        put(store, "a/b.txt", b"a long first version")
        put(store, "a/b.txt", b"second")
        assert get(store, "a/b.txt") == b"second"
        assert listed(store, "a") == [FileInfo(path="a/b.txt", is_dir=False, file_size=6)]

    def test_lists_by_path_and_one_level(self, store: ArtifactStore) -> None:
        for path in ("b.txt", "a/x/deep.txt", "a.txt", "B.txt", "a/y.txt"):
            put(store, path, path.encode())
        assert listed(store) == [
            FileInfo(path="B.txt", is_dir=False, file_size=5),
            FileInfo(path="a", is_dir=True),
            FileInfo(path="a.txt", is_dir=False, file_size=5),
            FileInfo(path="b.txt", is_dir=False, file_size=5),
        ]
        assert listed(store, "a") == [
            FileInfo(path="a/x", is_dir=True),
            FileInfo(path="a/y.txt", is_dir=False, file_size=7),
        ]

    def test_lists_nothing_for_a_file_or_what_is_not_there(self, store: ArtifactStore) -> None:
        assert listed(store) == []
        put(store, "a.txt", b"a")
        assert listed(store, "a.txt") == []
        assert listed(store, "a.txt/b") == []
        assert listed(store, "absent/deeper") == []

    def test_reads_a_range(self, store: ArtifactStore) -> None:
        put(store, "digits", b"0123456789")
        assert get(store, "digits", 3) == b"3456789"
        assert get(store, "digits", 3, 7) == b"3456"
        assert get(store, "digits", 0, 1) == b"0"
        assert get(store, "digits", 8, 100) == b"89"

    @pytest.mark.parametrize(("start", "end"), [(10, None), (10, 20), (99, None), (4, 4), (0, 0)])
    def test_an_empty_range_reads_nothing(self, store: ArtifactStore, start: int, end: int | None) -> None:
        put(store, "digits", b"0123456789")
        opened = store.open(artifact_path("digits"), start, end)
        assert (opened.size, b"".join(opened.chunks)) == (10, b"")

    def test_a_file_that_is_not_there_is_not_found(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"a")
        for path in ("absent", "absent/deeper", "a.txt/b", "A.TXT"):
            with pytest.raises(NotFound):
                store.open(artifact_path(path))

    def test_a_directory_cannot_be_opened(self, store: ArtifactStore) -> None:
        put(store, "folder/a.txt", b"a")
        for path in (artifact_path("folder"), ROOT):
            with pytest.raises(InvalidParameter):
                store.open(path)

    def test_a_directory_is_not_written_over(self, store: ArtifactStore) -> None:
        put(store, "folder/a.txt", b"a")
        for path in (artifact_path("folder"), ROOT):
            with pytest.raises(InvalidParameter):
                store.put(path, [b"x"])
        assert get(store, "folder/a.txt") == b"a"

    def test_a_file_is_not_made_a_directory(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"a")
        with pytest.raises(InvalidParameter):
            put(store, "a.txt/b.txt", b"x")
        assert get(store, "a.txt") == b"a"

    def test_a_broken_put_leaves_what_was_there(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"old")
        for path in ("a.txt", "new.txt"):
            with pytest.raises(BrokenSourceError):
                store.put(artifact_path(path), broken())
        assert get(store, "a.txt") == b"old"
        assert listed(store) == [FileInfo(path="a.txt", is_dir=False, file_size=3)]

    def test_an_open_file_can_be_replaced_and_is_read_as_it_was(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"old")
        opened = store.open(artifact_path("a.txt"))
        put(store, "a.txt", b"new")
        assert b"".join(opened.chunks) == b"old"
        assert get(store, "a.txt") == b"new"

    def test_an_open_file_can_be_closed_unread(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"a" * 1_000_000)
        for steps in (0, 1):
            opened = store.open(artifact_path("a.txt"))
            for _ in range(steps):
                next(opened.chunks)
            opened.chunks.close()
        assert get(store, "a.txt", 0, 2) == b"aa"

    def test_deletes_a_file(self, store: ArtifactStore) -> None:
        put(store, "a/b.txt", b"b")
        put(store, "a/c.txt", b"c")
        store.delete(artifact_path("a/b.txt"))
        assert listed(store, "a") == [FileInfo(path="a/c.txt", is_dir=False, file_size=1)]

    def test_deletes_a_directory_with_all_in_it(self, store: ArtifactStore) -> None:
        for path in ("a/b/c/d.txt", "a/e.txt", "f.txt"):
            put(store, path, b"x")
        store.delete(artifact_path("a"))
        assert listed(store) == [FileInfo(path="f.txt", is_dir=False, file_size=1)]
        assert listed(store, "a") == []

    def test_deleting_what_is_not_there_does_nothing(self, store: ArtifactStore) -> None:
        store.delete(artifact_path("absent/deeper"))
        put(store, "a.txt", b"a")
        store.delete(artifact_path("a.txt/b"))
        assert get(store, "a.txt") == b"a"

    def test_the_root_is_not_deleted(self, store: ArtifactStore) -> None:
        put(store, "a.txt", b"a")
        with pytest.raises(InvalidParameter):
            store.delete(ROOT)
        assert get(store, "a.txt") == b"a"

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_odd_names_are_kept_to_the_letter(self, store: ArtifactStore, name: str) -> None:
        path = f"{name}/{name}"
        put(store, path, name.encode())
        assert get(store, path) == name.encode()
        assert listed(store) == [FileInfo(path=name, is_dir=True)]
        assert listed(store, name) == [FileInfo(path=path, is_dir=False, file_size=len(name.encode()))]
        store.delete(artifact_path(path))
        assert listed(store, name) == []

    def test_names_that_look_alike_are_different_files(self, store: ArtifactStore) -> None:
        names = ["a b", "a%20b", "a+b", "a%2520b", "\u00e9", "e\u0301"]
        for name in names:
            put(store, name, name.encode())
        assert [get(store, name) for name in names] == [name.encode() for name in names]

    def test_the_longest_paths_work(self, store: ArtifactStore) -> None:
        for path in ("n" * 255, "/".join(["d" * 15] * 64), "/".join("p" * 204 for _ in range(5))):
            put(store, path, b"x")
            assert get(store, path) == b"x"


class BrokenSourceError(Exception):
    """What a source of bytes raises when it breaks off."""


def broken() -> Iterator[bytes]:
    """Bytes that break off."""
    yield b"the first part"
    raise BrokenSourceError
