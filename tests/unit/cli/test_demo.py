"""What the demo trains."""

from penstock.cli.demo import examples_folder, load_tasks


def test_the_examples_are_found() -> None:
    assert {path.name for path in examples_folder().glob("*.py")} >= {"classification.py", "regression.py"}


def test_the_demo_trains_both_kinds_in_turn() -> None:
    tasks = load_tasks()
    assert len(tasks) == 36
    assert {task.experiment for task in tasks[:2]} == {"diabetes regression", "digits classification"}
    combinations = [(task.experiment, *task.params.items()) for task in tasks]
    assert len(set(combinations)) == 36
