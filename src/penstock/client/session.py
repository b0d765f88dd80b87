"""What one process has going: its stores, its sender, its open runs."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar
from weakref import WeakSet

from penstock.client import active, context
from penstock.client.connect import Connection, connect
from penstock.client.files import RunFiles
from penstock.client.lane import Lane
from penstock.client.lifecycle import Lifecycle
from penstock.client.notices import warn
from penstock.client.orphans import journal_files
from penstock.client.run import ActiveRun, checked_tags
from penstock.client.sender import Sender
from penstock.client.transport import may_pass
from penstock.client.values import now_ms
from penstock.client.writer import Writer
from penstock.entities import rules, wellknown
from penstock.entities.experiment import Experiment, LifecycleStage
from penstock.entities.ids import DEFAULT_EXPERIMENT_ID, ExperimentId, RunId, new_run_id
from penstock.entities.names import random_run_name
from penstock.entities.record import RunStarted, TagSet
from penstock.entities.run import Run
from penstock.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound, PenstockError
from penstock.operations.base import Operation
from penstock.operations.experiments import CreateExperiment, GetExperiment, GetExperimentByName
from penstock.operations.runs import GetRun
from penstock.settings import Settings

R = TypeVar("R")

# Reading waits so long at most for what this process has logged to arrive.
READ_FLUSH_SECONDS: Final = 10.0


class Session:
    """What one process has going. Made by ``active.session``; safe to use from any thread.

    Args:
        settings: where to, and how.
        ends_with_process: whether the end of the process, by whatever way, ends the runs; else ``close`` does.

    Attributes:
        open_runs: the runs that this process started and has not ended.
        last_run: the run that was started last.
    """

    def __init__(self, settings: Settings, *, ends_with_process: bool = False) -> None:
        self.settings = settings
        self._ends_with_process = ends_with_process
        self.sender = Sender()
        self.open_runs: list[ActiveRun] = []
        self.last_run: ActiveRun | None = None
        self._uri: str | None = None
        self._experiment: Experiment | None = None
        self._connections: dict[str, Connection] = {}
        self._attached: dict[tuple[str, str], ActiveRun] = {}
        # Those that somebody still holds: a fork concerns them all.
        self._handles: WeakSet[ActiveRun] = WeakSet()
        self._lock = threading.RLock()
        self._lifecycle = Lifecycle(self)

    @classmethod
    def of_process(cls) -> "Session":
        """The session of this process, with the settings of its environment."""
        return cls(Settings.of_process(), ends_with_process=True)

    # ---- where to

    @property
    def uri(self) -> str:
        """Where runs go, as it was set."""
        return self._uri if self._uri is not None else self.settings.text("PENSTOCK_TRACKING_URI")

    def set_uri(self, uri: str) -> None:
        """Let runs that start from now on go elsewhere.

        Raises:
            InvalidParameter: it is no tracking URI.
        """
        self.connection(uri)
        with self._lock:
            self._uri = uri
            self._experiment = None

    def connection(self, uri: str | None = None) -> Connection:
        """The connection to a store, the present one if none is named."""
        wanted = self.uri if uri is None else uri
        with self._lock:
            found = self._connections.get(wanted)
            if found is None:
                made = connect(wanted, self.settings)
                # Two spellings of one place are one store.
                found = next((one for one in self._connections.values() if one.uri == made.uri), made)
                self._connections[wanted] = found
            return found

    # ---- experiments

    def set_experiment(self, name: str = "", experiment_id: str = "") -> Experiment:
        """Choose the experiment of the runs to come; a name that is not there is made."""
        if bool(name) == bool(experiment_id):
            raise InvalidParameter("Give set_experiment either a name or an experiment_id.")
        found = self._ask_experiment(name, experiment_id)
        if found.lifecycle_stage == LifecycleStage.DELETED.value:
            raise InvalidState(
                f"The experiment '{found.name}' is deleted: restore it with restore_experiment('{found.experiment_id}'), "
                "or choose another."
            )
        self._experiment = found
        return found

    def experiment_id(self, name: str) -> str:
        """The id of the experiment of that name, if this process has learnt it."""
        known = self._experiment
        return known.experiment_id if known is not None and known.name == name else ""

    def artifact_uri(self, experiment_id: str, run_id: str) -> str:
        """Where the files of a run are, as far as this process knows; empty if it does not."""
        known = self._experiment
        location = known.artifact_location if known is not None and known.experiment_id == experiment_id else ""
        if not location and experiment_id:
            location = f"mlflow-artifacts:/{experiment_id}"
        return f"{location}/{run_id}/artifacts" if location else ""

    def current_experiment(self) -> Experiment:
        """The experiment of a run that names none."""
        if self._experiment is None:
            if name := self.settings.text("PENSTOCK_EXPERIMENT_NAME"):
                return self.set_experiment(name)
            given = self.settings.text("PENSTOCK_EXPERIMENT_ID")
            return Experiment(experiment_id=ExperimentId(given or DEFAULT_EXPERIMENT_ID), name="")
        if not self._experiment.experiment_id and not self._lane().is_away:
            # It was chosen while the store was away; perhaps its id can be learnt by now.
            return self.set_experiment(self._experiment.name)
        return self._experiment

    def _ask_experiment(self, name: str, experiment_id: str) -> Experiment:
        if name:
            rules.check_text(name, rules.MAX_EXPERIMENT_NAME_LENGTH, "experiment name")
        provisional = Experiment(experiment_id=ExperimentId(experiment_id), name=name)
        if self._lane().is_away:
            return provisional
        connection = self.connection()
        try:
            if experiment_id:
                return connection.quick(GetExperiment(experiment_id=experiment_id)).experiment
            with suppress(NotFound):
                return connection.quick(GetExperimentByName(experiment_name=name)).experiment
            with suppress(AlreadyExists):
                connection.quick(CreateExperiment(name=name))
            return connection.quick(GetExperimentByName(experiment_name=name)).experiment
        except PenstockError as error:
            if not may_pass(error):
                raise
            self._lane().tell_away(error.message)
            return provisional

    # ---- runs

    def start_run(
        self, *, run_id: str, experiment_id: str, run_name: str, above: tuple[ActiveRun, ...], tags: Mapping[str, Any]
    ) -> ActiveRun:
        """Start a run, or go on with the one that ``run_id`` names, and make it active here."""
        given = checked_tags(tags)
        if run_id:
            handle = self._resume(rules.check_run_id(run_id), experiment_id, run_name, given)
        else:
            handle = self._begin(experiment_id, run_name or given.pop(wellknown.RUN_NAME, ""), given)
        handle.above = above
        with self._lock:
            self.open_runs = [*self.open_runs, handle]
            self.last_run = handle
        active.push(handle)
        self._watch_the_end()
        self._capture_packages(handle)
        return handle

    def take_run_id(self) -> str:
        """The run that the environment says to go on with: the first run of a process takes it, and it alone."""
        return self.settings.take("PENSTOCK_RUN_ID")

    def attached(self, run_id: str) -> ActiveRun:
        """A handle to a run that is open here, or that was started elsewhere and is only added to."""
        for run in self.open_runs:
            if run.info.run_id == run_id:
                return run
        key = (self.connection().uri, rules.check_run_id(run_id))
        with self._lock:
            if key not in self._attached:
                start = RunStarted(now_ms(), experiment_id="", resumed=True)
                self._attached[key] = self._handle(RunId(run_id), start, owner=False)
                self._watch_the_end()
            return self._attached[key]

    def ended(self, run: ActiveRun) -> None:
        """A run has been ended by its handle."""
        active.pop(run)
        with self._lock:
            self.open_runs = [each for each in self.open_runs if each is not run]
        self.sender.nudge()

    def _begin(self, experiment_id: str, run_name: str, tags: dict[str, str]) -> ActiveRun:
        experiment = self.current_experiment() if not experiment_id else None
        chosen = experiment_id or (experiment.experiment_id if experiment else "")
        own = context.describe(self.settings)
        start = RunStarted(
            now_ms(), experiment_id=chosen, experiment_name="" if chosen or not experiment else experiment.name,
            run_name=run_name or random_run_name(), user_id=own.get(wellknown.USER, ""), tags={**own, **tags},
        )  # fmt: skip
        return self._handle(self._mint(start), start, owner=True)

    def _mint(self, start: RunStarted) -> RunId:
        """An id for a new run: our own, or that of a server which wants to choose it and can be asked."""
        connection = self.connection()
        if not connection.is_local and not self._lane().is_away:
            try:
                foreign = connection.foreign()
                if foreign is not None:
                    return foreign.begin(start).info.run_id
            except PenstockError as error:
                if not may_pass(error):
                    raise
                self._lane().tell_away(error.message)
        return new_run_id()

    def _resume(self, run_id: str, experiment_id: str, run_name: str, tags: dict[str, str]) -> ActiveRun:
        if any(run.info.run_id == run_id for run in self.open_runs):
            raise InvalidState(f"The run {run_id} is active already.")
        held = self._ask_run(run_id)
        known = held.info.experiment_id if held else ""
        if held and held.info.lifecycle_stage == LifecycleStage.DELETED.value:
            raise InvalidState(f"The run {run_id} is deleted: restore it with restore_run('{run_id}') first.")
        if experiment_id and known and experiment_id != known:
            raise InvalidParameter(f"The run {run_id} belongs to experiment {known}, not to {experiment_id}.")
        start = RunStarted(
            now_ms(), experiment_id=experiment_id or known or DEFAULT_EXPERIMENT_ID,
            run_name=run_name or (held.info.run_name if held else ""), tags=tags, resumed=True,
        )  # fmt: skip
        # What a dead process left of this run goes first.
        self._lane().look_now()
        return self._handle(RunId(run_id), start, owner=True)

    def _ask_run(self, run_id: str) -> Run | None:
        self.flush_to_read()
        try:
            return self.connection().quick(GetRun(run_id=run_id)).run
        except PenstockError as error:
            if not may_pass(error):
                raise
            self._lane().tell_away(error.message)
            return None

    def _handle(self, run_id: RunId, start: RunStarted, *, owner: bool) -> ActiveRun:
        connection, lane = self.connection(), self._lane()
        writer = Writer(connection.journals, run_id, connection.journal_uri, start if owner else None, lane)
        files = RunFiles(connection, writer, run_id, is_new=not start.resumed, flush=self.flush_to_read)
        handle = ActiveRun(self, writer, files, run_id, start)
        with self._lock:
            self._handles.add(handle)
        return handle

    def _capture_packages(self, handle: ActiveRun) -> None:
        if not self.settings.flag("PENSTOCK_CAPTURE_PACKAGES"):
            return
        if context.packages.cache_info().currsize:
            _log_packages(handle)
            return
        # Looking through hundreds of packages takes a while: the first run does not wait for it. But what that needs is
        # loaded here: a fork in the meantime must not leave the child with half of a module.
        context.load_metadata()
        self._lifecycle.in_background(lambda: _log_packages(handle))

    # ---- asking

    def get_run(self, run_id: str) -> Run:
        """A run as the store has it, with what this process has logged."""
        return self.ask(GetRun(run_id=run_id)).run

    def ask(self, op: Operation[R]) -> R:
        """Carry out ``op`` once what this process has logged has arrived.

        Raises:
            PenstockError: what the store answered, or ``Unavailable``.
        """
        self.flush_to_read()
        return self.connection().transport.send(op)

    def flush_to_read(self, connection: Connection | None = None) -> bool:
        """Wait a little for what was logged to arrive, and not at all for a store that is away.

        What dead processes left is brought too: who reads after a crash wants to see what led to it.
        """
        store = connection or self.connection()
        lane = self.sender.lane(store)
        if journal_files(store.journals):
            lane.look_now()
            self.sender.nudge()
        return self.sender.flush(READ_FLUSH_SECONDS, patient=lambda: False)

    # ---- the end

    def close(self) -> None:
        """End the open runs, give the sender its time, say what is left and close the stores."""
        self._lifecycle.finish()

    def disconnect(self) -> None:
        """Close every store."""
        for connection in self._stores():
            connection.close()

    def rest(self, seconds: float) -> list[Connection]:
        """Before a fork: hold what can be held still in time, with nothing open, until ``busy`` of each is released."""
        return [connection for connection in self._stores() if connection.rest(seconds)]

    def forget(self) -> None:
        """In a forked child: nothing here is ours to end, and the parent may have held any lock."""
        self._lock = threading.RLock()
        for handle in list(self._handles):
            handle.abandon()
        for connection in self._stores():
            connection.forget()
        self.sender.forget()

    def _stores(self) -> list[Connection]:
        return list(dict.fromkeys(self._connections.values()))

    def _watch_the_end(self) -> None:
        if self._ends_with_process:
            self._lifecycle.install()

    def _lane(self) -> Lane:
        return self.sender.lane(self.connection())


def _log_packages(handle: ActiveRun) -> None:
    text = context.packages()
    if len(text) <= rules.MAX_TAG_VALUE_LENGTH:
        handle.writer.append(TagSet(context.PACKAGES, text))
    else:
        warn(f"The list of installed packages has {len(text)} characters, too many to be kept with the run.")
    if not handle.is_open:
        # The run was over sooner than this: nobody else closes what was just opened.
        handle.writer.close()
