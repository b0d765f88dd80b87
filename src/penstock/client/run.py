"""The handle of a run: what ``start_run`` returns."""

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from penstock.client.artifacts import ArtifactLog
from penstock.client.files import RunFiles
from penstock.client.values import as_text, now_ms
from penstock.client.writer import Writer
from penstock.entities import rules, wellknown
from penstock.entities.experiment import LifecycleStage
from penstock.entities.ids import ExperimentId, RunId
from penstock.entities.record import ParamLogged, RunStarted, StatusChanged, TagDeleted
from penstock.entities.run import RunData, RunInfo, RunStatus
from penstock.errors import InvalidParameter

if TYPE_CHECKING:
    from penstock.client.session import Session


class ActiveRun(ArtifactLog):
    """A run that this process writes to. As a context manager it ends the run at the end of the block.

    Every ``log_...`` and ``set_...`` is in the journal when it returns, and never fails because of a store or a
    network; a wrong argument raises ``InvalidParameter`` at once. Safe to use from any thread, and in forked children.

    Attributes:
        above: the open runs that this one is nested in, outermost first.
        is_open: whether this process has not ended it.
    """

    def __init__(self, session: "Session", writer: Writer, files: RunFiles, run_id: RunId, start: RunStarted) -> None:
        self._session = session
        self._writer = writer
        self._files: RunFiles = files
        self._run_id = run_id
        self._start = start
        self._name = start.run_name
        self._status = RunStatus.RUNNING
        self._end_time = 0
        self._params: dict[str, str] = {}
        # Past the method below, which is its signature and its words: a call less in every step of a training.
        self.log_metric = writer.append_metric  # type: ignore[method-assign]
        self.above: tuple[ActiveRun, ...] = ()
        self.is_open = True
        self._is_ours = True

    @property
    def info(self) -> RunInfo:
        """Who runs what, as this process knows it; ``experiment_id`` is empty while the store has not been reached."""
        experiment_id = self._start.experiment_id or self._session.experiment_id(self._start.experiment_name)
        return RunInfo(
            run_id=self._run_id, run_uuid=self._run_id, experiment_id=ExperimentId(experiment_id), run_name=self._name,
            user_id=self._start.user_id, status=self._status.value, start_time=self._start.start_time,
            end_time=self._end_time, artifact_uri=self._session.artifact_uri(experiment_id, self._run_id),
            lifecycle_stage=LifecycleStage.ACTIVE.value,
        )  # fmt: skip

    @property
    def data(self) -> RunData:
        """What the run has said, as the store has it, which is asked.

        Raises:
            PenstockError: the store cannot be reached.
        """
        return self._session.get_run(self._run_id).data

    # ---- logging

    def log_metric(self, key: str, value: Any, step: int | None = None, timestamp: int | None = None) -> None:
        """Log a point of a metric.

        Args:
            key: the name: letters, digits, underscores, dashes, periods, spaces, colons and slashes.
            value: a number, NaN and infinities among them; also NumPy's, or a tensor of one element.
            step: counts whatever you count, 0 if not given.
            timestamp: in milliseconds since 1970 (UTC), now if not given.

        Raises:
            InvalidParameter: an argument is wrong.
        """
        self._writer.append_metric(key, value, step, timestamp)

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None, timestamp: int | None = None) -> None:
        """Log a point of each of several metrics, at the same step and time; none of them if one is wrong.

        Raises:
            InvalidParameter: an argument is wrong.
        """
        self._writer.append_metrics(metrics, step, timestamp)

    def log_param(self, key: str, value: Any) -> Any:
        """Log a param, which cannot be changed afterwards.

        Args:
            key: the name, as for metrics.
            value: anything; its ``str`` is kept, up to 65,536 characters.

        Returns:
            ``value``.

        Raises:
            InvalidParameter: an argument is wrong, or the param has another value.
        """
        self.log_params({key: value})
        return value

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log several params; none of them if one is wrong.

        Raises:
            InvalidParameter: an argument is wrong, or a param has another value.
        """
        texts = {rules.check_key(key, "param name"): as_text(value) for key, value in params.items()}
        for key, text in texts.items():
            rules.check_text(text, rules.MAX_PARAM_VALUE_LENGTH, f"value of param '{key}'")
            held = self._params.get(key, text)
            if held != text:
                raise InvalidParameter(
                    f"The param '{key}' of run {self._run_id} is {held[:100]!r} and cannot be changed to {text[:100]!r}: "
                    "params are logged once. Log what changes as a metric or a tag."
                )
        for key, text in texts.items():
            if key not in self._params:
                self._params[key] = text
                self._writer.append(ParamLogged(key, text))

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag, over what was there.

        Args:
            key: the name, as for metrics. ``mlflow.runName`` renames the run.
            value: anything; its ``str`` is kept, up to 65,536 characters.

        Raises:
            InvalidParameter: an argument is wrong.
        """
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set several tags; none of them if one is wrong.

        Raises:
            InvalidParameter: an argument is wrong.
        """
        for key, text in checked_tags(tags).items():
            if key == wellknown.RUN_NAME:
                self._name = text
            self._files.set_tag(key, text)

    def delete_tag(self, key: str) -> None:
        """Take a tag away; nothing happens if it is not there."""
        self._writer.append(TagDeleted(rules.check_key(key, "tag name")))

    # ---- the end

    def end(self, status: str = RunStatus.FINISHED.value) -> None:
        """End the run; one that has ended stays as it is, and a forked child leaves its parent's run open.

        Args:
            status: ``FINISHED``, ``FAILED`` or ``KILLED``.

        Raises:
            InvalidParameter: it is another.
        """
        if status not in RunStatus.__members__ or not RunStatus(status).is_terminal:
            raise InvalidParameter(f"A run ends as FINISHED, FAILED or KILLED, not as {status!r}.")
        if not self.is_open:
            return
        self.is_open = False
        if not self._is_ours:
            self._writer.close()
            self._session.ended(self)
            return
        self._status, self._end_time = RunStatus(status), now_ms()
        self._writer.end(StatusChanged(status, self._end_time))
        self._session.ended(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # sys.exit(0) is an exception only in form.
        went_well = error is None or (isinstance(error, SystemExit) and not error.code)
        self.end(RunStatus.FINISHED.value if went_well else RunStatus.FAILED.value)

    # ---- for the session

    @property
    def writer(self) -> Writer:
        """What writes its records."""
        return self._writer

    def abandon(self) -> None:
        """In a forked child: the parent ends the run; what is logged here still belongs to it."""
        self._is_ours = False
        self._writer.forget()

    def __repr__(self) -> str:
        return f"<ActiveRun {self._name!r} {self._run_id} {self._status.value}>"


def checked_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """Tags with their values as text.

    Raises:
        InvalidParameter: a name or value is not allowed.
    """
    texts = {rules.check_key(key, "tag name"): as_text(value) for key, value in tags.items()}
    for key, text in texts.items():
        rules.check_text(text, rules.MAX_TAG_VALUE_LENGTH, f"value of tag '{key}'")
    return texts
