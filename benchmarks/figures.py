"""What a measurement gives back: rows of figures, and the goals they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """A limit in words, and whether the figure keeps it."""

    text: str
    reached: bool


@dataclass(frozen=True)
class Row:
    """One figure on both sides.

    ``ratio`` says how many times better Penstock is; below 1 it is worse. ``mlflow`` is None where MLflow has nothing
    of the kind.
    """

    what: str
    unit: str
    penstock: float
    mlflow: float | None = None
    ratio: float | None = None
    goals: Sequence[Goal] = field(default_factory=tuple)
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether every goal is reached; None without goals."""
        return all(goal.reached for goal in self.goals) if self.goals else None


def at_most(value: float, limit: float, unit: str) -> Goal:
    """The goal that a figure stays at or below a limit."""
    return Goal(f"≤ {limit:,g} {unit}", value <= limit)


def at_least(value: float, limit: float, unit: str) -> Goal:
    """The goal that a figure comes to a limit or above."""
    return Goal(f"≥ {limit:,g} {unit}", value >= limit)


def times_better(ratio: float, limit: float) -> Goal:
    """The goal that Penstock is some times better than MLflow."""
    return Goal(f"≥ {limit:g}x MLflow", ratio >= limit)


def lower(what: str, unit: str, penstock: float, mlflow: float | None, *goals: Goal, note: str = "") -> Row:
    """A row in which the smaller figure is the better one."""
    ratio = mlflow / penstock if mlflow and penstock else None
    return Row(what, unit, penstock, mlflow, ratio, goals, note)


def higher(what: str, unit: str, penstock: float, mlflow: float | None, *goals: Goal, note: str = "") -> Row:
    """A row in which the greater figure is the better one."""
    ratio = penstock / mlflow if mlflow else None
    return Row(what, unit, penstock, mlflow, ratio, goals, note)
