from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import penstock
from penstock.errors import InvalidParameter, InvalidState, NotFound

pytestmark = pytest.mark.usefixtures("session")


class Tensor:
    """Like a tensor of one element."""

    ndim = 1

    def item(self) -> float:
        return 2.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0), (0.5, 0.5), (True, 1.0), (np.float32(0.25), 0.25), (np.int64(7), 7.0), (np.array(3.0), 3.0),
        (np.array([4.0]), 4.0), (Tensor(), 2.0), (Decimal("1.5"), 1.5), (Fraction(1, 4), 0.25), (np.bool_(True), 1.0),
    ],
)  # fmt: skip
def test_numbers_of_many_kinds_are_logged(value: Any, expected: float) -> None:
    with penstock.start_run() as run:
        penstock.log_metric("m", value)
    assert penstock.get_run(run.info.run_id).data.metrics == {"m": expected}


@pytest.mark.parametrize("value", ["1.0", b"1", None, [1.0], {}, 1j, np.array([1.0, 2.0]), object(), 10**400])
def test_what_is_no_number_raises_and_names_the_metric(value: Any) -> None:
    with penstock.start_run() as run:
        with pytest.raises(InvalidParameter, match="'m'"):
            penstock.log_metric("m", value)
        with pytest.raises(InvalidParameter, match="'m'"):
            penstock.log_metrics({"good": 1.0, "m": value})
    assert penstock.get_run(run.info.run_id).data.metrics == {}


def test_steps_and_times_of_many_kinds_are_taken() -> None:
    of_numpy: Any = np.int32(3)
    whole: Any = 4.0
    late: Any = np.int64(7)
    with penstock.start_run() as run:
        penstock.log_metric("m", 1.0, step=of_numpy, timestamp=5)
        penstock.log_metric("m", 2.0, step=whole, timestamp=6)
        penstock.log_metric("m", 3.0, step=-5, timestamp=late)
        penstock.log_metrics({"m": 4.0}, step=6, timestamp=8)
    points = penstock.Client().get_metric_history(run.info.run_id, "m")
    assert [(point.value, point.step, point.timestamp) for point in points] == [
        (1, 3, 5),
        (2, 4, 6),
        (3, -5, 7),
        (4, 6, 8),
    ]


@pytest.mark.parametrize("step", ["3", 1.5, object()])
def test_what_is_no_step_raises(step: Any) -> None:
    with penstock.start_run(), pytest.raises(InvalidParameter, match="step"):
        penstock.log_metric("m", 1.0, step=step)


def test_params_are_text_and_set_once() -> None:
    with penstock.start_run() as run:
        assert penstock.log_param("rate", 0.1) == 0.1
        penstock.log_param("rate", 0.1)
        with pytest.raises(InvalidParameter, match=r"'rate'.*'0.1'.*'0.2'"):
            penstock.log_params({"other": 1, "rate": 0.2})
    assert penstock.get_run(run.info.run_id).data.params == {"rate": "0.1"}


def test_a_param_that_a_resumed_run_has_is_told_later_and_nothing_else_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with penstock.start_run() as run:
        penstock.log_param("rate", 1)
    assert penstock.flush()
    with penstock.start_run(run.info.run_id):
        penstock.log_params({"rate": 2, "depth": 3})
    assert penstock.get_run(run.info.run_id).data.params == {"rate": "1", "depth": "3"}
    assert [message for message in caplog.messages if "'rate'" in message]


@pytest.mark.parametrize("value", ["x" * 65_537, "a\0b", "\ud800"])
def test_text_that_cannot_be_kept_raises_at_the_call(value: str) -> None:
    with penstock.start_run():
        with pytest.raises(InvalidParameter):
            penstock.log_param("p", value)
        with pytest.raises(InvalidParameter):
            penstock.set_tag("t", value)


def test_tags_are_set_changed_and_taken_away() -> None:
    with penstock.start_run(tags={"a": 1, "b": "x"}, description="A *note*.") as run:
        penstock.set_tags({"a": 2, "c": None})
        penstock.delete_tag("b")
        penstock.set_tag("mlflow.runName", "renamed")
        assert run.info.run_name == "renamed"
    found = penstock.get_run(run.info.run_id)
    assert found.info.run_name == "renamed"
    assert {"a": "2", "c": "None", "mlflow.note.content": "A *note*."}.items() <= found.data.tags.items()
    assert "b" not in found.data.tags


def test_a_run_without_a_name_gets_one() -> None:
    with penstock.start_run() as run:
        pass
    assert penstock.get_run(run.info.run_id).info.run_name == run.info.run_name != ""


def test_a_child_names_its_parent() -> None:
    with penstock.start_run() as parent, penstock.start_run(nested=True) as child:
        pass
    found = penstock.get_parent_run(child.info.run_id)
    assert found is not None
    assert found.info.run_id == parent.info.run_id
    assert penstock.get_parent_run(parent.info.run_id) is None


def test_a_resumed_run_is_running_again_and_keeps_its_name() -> None:
    with penstock.start_run(run_name="mine") as run:
        penstock.log_metric("m", 1.0, step=1)
    with penstock.start_run(run.info.run_id) as again:
        assert penstock.get_run(run.info.run_id).info.status == "RUNNING"
        assert (again.info.run_name, again.info.experiment_id) == ("mine", "0")
        penstock.log_metric("m", 2.0, step=2)
    found = penstock.get_run(run.info.run_id)
    assert (found.info.status, found.info.run_name, found.data.metrics) == ("FINISHED", "mine", {"m": 2.0})


def test_a_run_that_cannot_be_resumed_says_why() -> None:
    with pytest.raises(NotFound):
        penstock.start_run("0" * 32)
    with penstock.start_run() as run, pytest.raises(InvalidState, match="active already"):
        penstock.start_run(run.info.run_id, nested=True)
    with pytest.raises(InvalidParameter, match="belongs to experiment 0"):
        penstock.start_run(run.info.run_id, experiment_id="7")
    penstock.delete_run(run.info.run_id)
    with pytest.raises(InvalidState, match="restore_run"):
        penstock.start_run(run.info.run_id)
    penstock.restore_run(run.info.run_id)
    with penstock.start_run(run.info.run_id):
        pass


def test_a_run_can_be_logged_to_by_its_id() -> None:
    with penstock.start_run() as run:
        pass
    penstock.log_metric("late", 1.0, run_id=run.info.run_id)
    penstock.log_params({"p": 1}, run_id=run.info.run_id)
    penstock.log_text("x", "a.txt", run_id=run.info.run_id)
    run.log_metric("by_handle", 2.0)
    found = penstock.get_run(run.info.run_id)
    assert (found.info.status, found.data.metrics, found.data.params) == (
        "FINISHED",
        {"late": 1.0, "by_handle": 2.0},
        {"p": "1"},
    )


def test_an_exception_leaves_the_run_failed() -> None:
    with pytest.raises(ZeroDivisionError), penstock.start_run() as run:
        raise ZeroDivisionError
    assert penstock.get_run(run.info.run_id).info.status == "FAILED"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_a_run_ends_as_it_is_told(status: str) -> None:
    run = penstock.start_run()
    penstock.end_run(status)
    assert penstock.get_run(run.info.run_id).info.status == run.info.status == status


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "finished", ""])
def test_a_run_does_not_end_as_anything_else(status: str) -> None:
    with penstock.start_run() as run, pytest.raises(InvalidParameter, match="FINISHED"):
        run.end(status)


def test_the_last_run_is_remembered() -> None:
    assert penstock.last_active_run() is None
    with penstock.start_run() as run:
        penstock.log_metric("m", 1.0)
    last = penstock.last_active_run()
    assert last is not None
    assert (last.info.run_id, last.data.metrics) == (run.info.run_id, {"m": 1.0})


def test_a_handle_knows_its_run() -> None:
    experiment = penstock.set_experiment("known")
    with penstock.start_run(run_name="x") as run:
        penstock.log_metric("m", 1.0)
        assert (run.info.experiment_id, run.info.status) == (experiment.experiment_id, "RUNNING")
        assert run.data.metrics == {"m": 1.0}
        assert penstock.get_artifact_uri("a/b") == f"{run.info.artifact_uri}/a/b"
        assert run.info.run_id in repr(run)
