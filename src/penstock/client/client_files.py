"""The part of ``Client`` that is about files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.path import ArtifactPath
from penstock.artifacts.path import artifact_path as checked_path
from penstock.client.artifacts import ArtifactLog, frame_or_columns
from penstock.client.files import StoreFiles, file_path
from penstock.client.tables import Table, from_json, joined
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter

if TYPE_CHECKING:
    from penstock.client.session import Session


class RunFilesClient:
    """Writes and reads the files of any run of one store."""

    def __init__(self, session: "Session", tracking_uri: str | None) -> None:
        self._session = session
        self._connection = session.connection(tracking_uri)

    def log_artifact(self, run_id: str, local_path: str | Path, artifact_path: str | None = None) -> None:
        """Log a file or folder. See ``ActiveRun.log_artifact``."""
        self._files(run_id).log_artifact(local_path, artifact_path)

    def log_artifacts(self, run_id: str, local_dir: str | Path, artifact_path: str | None = None) -> None:
        """Log every file in a folder. See ``ActiveRun.log_artifacts``."""
        self._files(run_id).log_artifacts(local_dir, artifact_path)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Log text as a file. See ``ActiveRun.log_text``."""
        self._files(run_id).log_text(text, artifact_file)

    def log_dict(self, run_id: str, dictionary: Any, artifact_file: str) -> None:
        """Log a dictionary as JSON or YAML. See ``ActiveRun.log_dict``."""
        self._files(run_id).log_dict(dictionary, artifact_file)

    def log_figure(
        self, run_id: str, figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None
    ) -> None:
        """Log a figure. See ``ActiveRun.log_figure``."""
        self._files(run_id).log_figure(figure, artifact_file, save_kwargs=save_kwargs)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
    ) -> None:
        """Log an image. See ``ActiveRun.log_image``."""
        self._files(run_id).log_image(image, artifact_file, key=key, step=step, timestamp=timestamp)

    def log_table(self, run_id: str, data: Any, artifact_file: str) -> None:
        """Log a table, or more rows of it. See ``ActiveRun.log_table``."""
        self._files(run_id).log_table(data, artifact_file)

    def load_table(self, run_ids: str | Sequence[str], artifact_file: str) -> Any:
        """Read a table back, of several runs one after the other. See ``ActiveRun.load_table``.

        Raises:
            NotFound: a run has no such table.
        """
        tables: list[Table] = []
        for run_id in [run_ids] if isinstance(run_ids, str) else run_ids:
            store, root = self._place(run_id)
            content = b"".join(store.open(root.join(file_path(artifact_file))).chunks)
            tables.append(from_json(content, artifact_file))
        if not tables:
            raise InvalidParameter("Name at least one run to take the table from.")
        whole = tables[0]
        for table in tables[1:]:
            whole = joined(whole, table)
        return frame_or_columns(whole)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """What is in a directory of a run's artifacts; paths are below the run's root."""
        store, root = self._place(run_id)
        below = f"{root}/" if root.parts else ""
        held = store.list(root.join(checked_path(path or "")))
        return [FileInfo(file.path.removeprefix(below), file.is_dir, file.file_size) for file in held]

    def download_artifacts(self, run_id: str, path: str = "", dst_path: str | Path | None = None) -> str:
        """Copy a file, or a directory with all that is in it, to this machine.

        Args:
            run_id: the run.
            path: what to copy; everything if empty.
            dst_path: the folder to put it into; a new temporary one if not given.

        Returns:
            The path of the copy.

        Raises:
            NotFound: there is nothing at ``path``.
        """
        if dst_path is None:
            import tempfile

            dst_path = tempfile.mkdtemp(prefix="penstock-")
        store, root = self._place(run_id)
        where = checked_path(path)
        found = list(_files_below(store, root, where))
        if not found and path:
            found = [where]
        target = Path(dst_path).absolute()
        target.mkdir(parents=True, exist_ok=True)
        for file in found:
            _copy(store, root.join(file), target.joinpath(*file.parts))
        return str(target.joinpath(*where.parts))

    def _files(self, run_id: str) -> ArtifactLog:
        self._session.flush_to_read(self._connection)
        return StoredLog(StoreFiles(self._connection, run_id))

    def _place(self, run_id: str) -> tuple[ArtifactStore, ArtifactPath]:
        self._session.flush_to_read(self._connection)
        return self._connection.run_place(run_id)


class StoredLog(ArtifactLog):
    """Logs files to the store at once."""

    def __init__(self, files: StoreFiles) -> None:
        self._files = files


def _files_below(store: ArtifactStore, root: ArtifactPath, directory: ArtifactPath) -> Iterator[ArtifactPath]:
    """The files in a directory and below it, their paths seen from the root; nothing if it is no directory."""
    skip = len(root.parts)
    for entry in store.list(root.join(directory)):
        # What a server names is a path from outside, like any other (rule PATH-1).
        path = checked_path("/".join(checked_path(entry.path).parts[skip:]))
        if entry.is_dir:
            yield from _files_below(store, root, path)
        else:
            yield path


def _copy(store: ArtifactStore, source: ArtifactPath, target: Path) -> None:
    opened = store.open(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.part")
    try:
        with fresh.open("wb") as file:
            for chunk in opened.chunks:
                file.write(chunk)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
