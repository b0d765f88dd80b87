"""What can be logged as a file: files and folders, text, dictionaries, figures, images and tables."""

import io
import json
import posixpath
import uuid
from pathlib import Path
from typing import Any

from penstock.client.files import Files
from penstock.client.images import png_of, webp_of
from penstock.client.spool import read_chunks
from penstock.client.tables import Table, from_json, joined, table_of, to_json
from penstock.client.values import as_integer, now_ms
from penstock.entities import wellknown
from penstock.errors import InvalidParameter, Unsupported


class ArtifactLog:
    """The ``log_...`` of files, over any ``Files``. Paths are below the run's root, with forward slashes."""

    _files: Files

    def log_artifact(self, local_path: str | Path, artifact_path: str | None = None) -> None:
        """Log a file, or a folder with all that is in it.

        Args:
            local_path: the file; it may change or vanish afterwards.
            artifact_path: the directory to put it into.

        Raises:
            InvalidParameter: there is no such file, or the path is not allowed.
        """
        source = Path(local_path)
        if source.is_dir():
            self.log_artifacts(source, posixpath.join(artifact_path or "", source.resolve().name))
            return
        if not source.is_file():
            raise InvalidParameter(f"There is no file at {source.absolute()}.")
        self._files.put(posixpath.join(artifact_path or "", source.name), lambda: read_chunks(source))

    def log_artifacts(self, local_dir: str | Path, artifact_path: str | None = None) -> None:
        """Log every file in a folder and below it.

        Args:
            local_dir: the folder.
            artifact_path: the directory to put them into.

        Raises:
            InvalidParameter: there is no such folder, or a path is not allowed.
        """
        source = Path(local_dir)
        if not source.is_dir():
            raise InvalidParameter(f"There is no folder at {source.absolute()}.")
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            place = posixpath.join(artifact_path or "", file.relative_to(source).as_posix())
            self._files.put(place, lambda file=file: read_chunks(file))  # type: ignore[misc]

    def log_text(self, text: str, artifact_file: str) -> None:
        """Log text as a file.

        Args:
            text: what is in it.
            artifact_file: its path, e.g. ``notes/summary.md``.
        """
        self._put(artifact_file, text.encode())

    def log_dict(self, dictionary: Any, artifact_file: str) -> None:
        """Log a dictionary or list as JSON, or as YAML if the file is named ``.yaml`` or ``.yml``.

        Args:
            dictionary: what is in it; what JSON does not know is written as text.
            artifact_file: its path.

        Raises:
            Unsupported: YAML was asked for and PyYAML is not installed.
        """
        if artifact_file.endswith((".yaml", ".yml")):
            self._put(artifact_file, _yaml(dictionary))
        else:
            self._put(artifact_file, json.dumps(dictionary, indent=2, default=str).encode())

    def log_figure(self, figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None) -> None:
        """Log a figure of Matplotlib, or one of Plotly.

        Args:
            figure: the figure.
            artifact_file: its path; the ending says the format (``.html`` for Plotly, or one of its image formats).
            save_kwargs: passed on to Matplotlib's ``savefig`` or Plotly's writer.

        Raises:
            InvalidParameter: it is no such figure.
        """
        suffix = posixpath.splitext(artifact_file)[1].lower()
        options = dict(save_kwargs or {})
        if hasattr(figure, "savefig"):
            buffer = io.BytesIO()
            figure.savefig(buffer, **{"format": suffix.lstrip(".") or "png", **options})
            self._put(artifact_file, buffer.getvalue())
        elif hasattr(figure, "to_html"):
            if suffix in {".html", ".htm"}:
                self._put(artifact_file, figure.to_html(**{"include_plotlyjs": "cdn", **options}).encode())
            else:
                self._put(artifact_file, figure.to_image(format=suffix.lstrip("."), **options))
        else:
            raise InvalidParameter(f"A {type(figure).__name__} is no figure of Matplotlib or Plotly.")

    def log_image(
        self, image: Any, artifact_file: str | None = None, *, key: str | None = None, step: int | None = None,
        timestamp: int | None = None,
    ) -> None:  # fmt: skip
        """Log an image as one file, or as one of a series over steps.

        Args:
            image: an image of Pillow, or an array: height x width, or height x width x 1, 3 or 4; of bytes (0-255),
                booleans or floats (0-1).
            artifact_file: its path; or else
            key: the name of the series,
            step: where in it this image stands, 0 if not given,
            timestamp: and when, in milliseconds since 1970 (UTC), now if not given.

        Raises:
            InvalidParameter: it is no image, or neither or both of ``artifact_file`` and ``key`` are given.
            Unsupported: Pillow is not installed.
        """
        if (artifact_file is None) == (key is None):
            raise InvalidParameter("Give log_image either artifact_file, or key (with step), and not both.")
        if artifact_file is not None:
            self._put(artifact_file, png_of(image, posixpath.splitext(artifact_file)[1]))
            return
        assert key is not None
        at = now_ms() if timestamp is None else as_integer(timestamp, "timestamp")
        stem = _image_stem(key, 0 if step is None else as_integer(step, "step"), at)
        self._put(f"{stem}.png", png_of(image, ".png"))
        # A small twin, for pages that show many.
        self._put(f"{stem}+compressed.webp", webp_of(image))
        self._files.set_tag(wellknown.LOGGED_IMAGES, "True")

    def log_table(self, data: Any, artifact_file: str) -> None:
        """Log a table; what is logged under the same path again is appended.

        Args:
            data: a data frame of pandas, or a dictionary from column names to lists (or to single values).
            artifact_file: its path, ending in ``.json``.

        Raises:
            InvalidParameter: it is no table, or its columns are not of one length.
            Unavailable: the table was begun by another process, and the store is away.
        """
        if not artifact_file.endswith(".json"):
            raise InvalidParameter(f"A table is kept as JSON: name it '{posixpath.splitext(artifact_file)[0]}.json'.")
        table = table_of(data)
        held = self._files.read(artifact_file)
        if held is not None:
            table = joined(from_json(held, artifact_file), table)
        self._files.put_small(artifact_file, to_json(table))
        self._note_table(artifact_file)

    def load_table(self, artifact_file: str) -> Any:
        """Read a table that was logged: as a data frame if pandas is installed, else as a dictionary of columns.

        Raises:
            InvalidParameter: there is no such table.
        """
        held = self._files.read(artifact_file)
        if held is None:
            raise InvalidParameter(f"The run has no table '{artifact_file}'.")
        return frame_or_columns(from_json(held, artifact_file))

    def _put(self, path: str, content: bytes) -> None:
        self._files.put(path, lambda: [content])

    def _note_table(self, path: str) -> None:
        noted = json.loads(self._files.tag(wellknown.LOGGED_TABLES) or "[]")
        entry = {"path": path, "type": "table"}
        if entry not in noted:
            self._files.set_tag(wellknown.LOGGED_TABLES, json.dumps([*noted, entry]))


def frame_or_columns(table: Table) -> Any:
    """A table as a data frame if pandas is installed, else as a dictionary from column names to lists."""
    try:
        import pandas as pd
    except ImportError:
        return {name: [row[at] for row in table.data] for at, name in enumerate(table.columns)}
    return pd.DataFrame(table.data, columns=table.columns)


def _image_stem(key: str, step: int, timestamp: int) -> str:
    return f"images/{key.replace('/', '~')}+step+{step}+timestamp+{timestamp}+{uuid.uuid4()}"


def _yaml(dictionary: Any) -> bytes:
    try:
        import yaml
    except ImportError:
        raise Unsupported("Writing YAML needs PyYAML: pip install pyyaml, or name the file .json.") from None
    plain = json.loads(json.dumps(dictionary, default=str))
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    return text.encode()
