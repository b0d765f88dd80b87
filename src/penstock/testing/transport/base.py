"""What the behaviours of a transport have in common."""

import pytest

from penstock.entities.run import Run
from penstock.operations.base import Transport
from penstock.operations.experiments import CreateExperiment
from penstock.operations.runs import CreateRun, GetRun


class TransportCase:
    """Fixtures for the behaviours; the subclass under test gives ``transport``, over an empty store."""

    @pytest.fixture
    def transport(self) -> Transport:
        """The transport under test, over an empty store: every subclass gives its own."""
        raise NotImplementedError("Give the suite a fixture named `transport`.")

    @pytest.fixture
    def experiment_id(self, transport: Transport) -> str:
        """An experiment without runs."""
        return transport.send(CreateExperiment(name="suite")).experiment_id

    @pytest.fixture
    def run_id(self, transport: Transport, experiment_id: str) -> str:
        """A running run without data."""
        return create_run(transport, experiment_id).info.run_id


def create_run(transport: Transport, experiment_id: str, name: str = "a run", start_time: int = 1_000) -> Run:
    """Make a run."""
    return transport.send(CreateRun(experiment_id=experiment_id, run_name=name, start_time=start_time)).run


def get_run(transport: Transport, run_id: str) -> Run:
    """Fetch a run."""
    return transport.send(GetRun(run_id=run_id)).run
