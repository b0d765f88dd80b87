"""The suite that every transport passes. Needs pytest.

class TestMine(TransportSuite):
    @pytest.fixture
    def transport(self, tmp_path): ...   # yours, over an empty store
"""

from penstock.testing.transport.experiments import ExperimentBehaviours
from penstock.testing.transport.records import ReadingBehaviours, RecordBehaviours
from penstock.testing.transport.runs import RunBehaviours, SearchBehaviours
from penstock.testing.transport.values import BatchBehaviours, MetricBehaviours, ParamBehaviours


class TransportSuite(
    ExperimentBehaviours,
    RunBehaviours,
    SearchBehaviours,
    MetricBehaviours,
    ParamBehaviours,
    BatchBehaviours,
    RecordBehaviours,
    ReadingBehaviours,
):
    """Everything that a transport must do; give it a fixture ``transport`` over an empty store.

    No test may be overridden: a transport that cannot pass one is not a transport.
    """
