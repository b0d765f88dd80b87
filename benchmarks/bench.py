"""What a measurement is given."""

from dataclasses import dataclass

from benchmarks.sides import Side


@dataclass(frozen=True)
class Bench:
    """Both sides, and whether small sizes will do: they show that a script works, not how fast anything is."""

    penstock: Side
    mlflow: Side
    quick: bool = False

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, in the order of the table's columns."""
        return self.penstock, self.mlflow

    def size(self, full: int, quick: int) -> int:
        """How many of something."""
        return quick if self.quick else full
