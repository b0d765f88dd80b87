"""Series say what their points say, whatever the order and size in which the points come."""

import math
import random

import pytest
from sqlalchemy import func, select

from penstock.entities.metric import Extreme, Metric, SeriesSummary
from penstock.store import columns, history, series, tables
from penstock.store.engine import Store
from penstock.store.segments import SEGMENT_POINTS, Points
from penstock.store.windows import window

NAN = math.nan


def append(store: Store, run: int, points: Points, key: str = "loss") -> None:
    store.write(lambda tx: series.append(tx, run, {key: points}))


def stored(store: Store, run: int, skip: int = 0, key: str = "loss") -> list[tuple[int, int, float]]:
    with store.reading() as tx:
        row = history.find_series(tx, run, key)
        assert row is not None
        pages = list(history.pages(tx, row, skip))
    return [moment for page in pages for moment in zip(*page, strict=True)]


def summary(store: Store, run: int) -> SeriesSummary:
    (only,) = store.read(lambda tx: columns.summaries(tx, run))
    return only


def many(count: int, *, start: int = 0) -> Points:
    steps = list(range(start, start + count))
    return Points(steps, [1000 + step // 3 for step in steps], [math.sin(step) for step in steps])


@pytest.mark.parametrize("size", [1, 7, 1000, SEGMENT_POINTS, 20_000])
def test_appends_of_any_size_give_the_same_points(store: Store, run: int, size: int) -> None:
    total = min(20_000, size * 40)
    for start in range(0, total, size):
        append(store, run, many(min(size, total - start), start=start))
    assert stored(store, run) == list(zip(*many(total), strict=True))
    assert summary(store, run).count == total


def test_points_in_any_order_come_back_in_order(store: Store, run: int) -> None:
    places = list(range(20_000))
    random.Random(3).shuffle(places)
    points = many(20_000)
    for start in range(0, 20_000, 900):
        append(store, run, points.pick(places[start : start + 900]))
    assert stored(store, run) == list(zip(*points, strict=True))


@pytest.mark.parametrize("skip", [0, 1, 8191, 8192, 8193, 20_000, 29_999, 30_000])
def test_skipping_leaves_out_just_so_many(store: Store, run: int, skip: int) -> None:
    append(store, run, many(30_000))
    assert stored(store, run, skip) == list(zip(*many(30_000), strict=True))[skip:]


@pytest.mark.parametrize("count", [3, 500, 10_000])
def test_points_sent_again_change_nothing(store: Store, run: int, count: int) -> None:
    append(store, run, many(count))
    before = summary(store, run)
    append(store, run, many(count))
    append(store, run, many(1, start=count // 2))
    assert summary(store, run) == before
    assert len(stored(store, run)) == count


def test_equal_points_in_one_append_collapse(store: Store, run: int) -> None:
    append(store, run, Points([1, 1, 1], [5, 5, 5], [2.0, 2.0, 3.0]))
    assert stored(store, run) == [(1, 5, 2.0), (1, 5, 3.0)]


def test_equal_nan_points_collapse_too(store: Store, run: int) -> None:
    append(store, run, Points([1, 1], [5, 5], [NAN, NAN]))
    append(store, run, Points([1], [5], [NAN]))
    assert summary(store, run).count == 1


def test_last_is_the_greatest_step_then_time_then_value(store: Store, run: int) -> None:
    append(store, run, Points([5, 2], [1, 9], [0.5, 0.2]))
    append(store, run, Points([5, 5], [1, 0], [0.4, 0.9]))
    assert summary(store, run).last == Metric("loss", 0.5, 1, 5)
    append(store, run, Points([5], [1], [0.7]))
    assert summary(store, run).last == Metric("loss", 0.7, 1, 5)


def test_first_and_extremes_tell_their_steps(store: Store, run: int) -> None:
    append(store, run, Points([3, 4], [1, 2], [0.3, NAN]))
    append(store, run, Points([-1, 9], [3, 4], [7.0, -2.0]))
    found = summary(store, run)
    assert (found.first, found.least, found.greatest) == (
        Metric("loss", 7.0, 3, -1),
        Extreme(-2.0, 9),
        Extreme(7.0, -1),
    )


def test_a_series_of_nan_has_no_extremes(store: Store, run: int) -> None:
    append(store, run, Points([1], [1], [NAN]))
    found = summary(store, run)
    assert (found.least, found.greatest) == (None, None)
    assert math.isnan(found.last.value)


def test_the_end_of_a_run_packs_its_tails(store: Store, run: int) -> None:
    append(store, run, many(3000))
    store.write(lambda tx: series.pack_tails(tx, run))
    with store.reading() as tx:
        row = history.find_series(tx, run, "loss")
        assert row is not None
        assert history.read_tail(tx, row).steps == []
    assert stored(store, run) == list(zip(*many(3000), strict=True))
    append(store, run, many(10, start=3000))
    assert stored(store, run) == list(zip(*many(3010), strict=True))


# ---- windows


def draw(store: Store, run: int, most: int, start: int | None = None, end: int | None = None) -> tuple[Points, bool]:
    with store.reading() as tx:
        row = history.find_series(tx, run, "loss")
        assert row is not None
        return window(tx, row, most, start, end)


def test_a_window_of_few_points_is_exact(store: Store, run: int) -> None:
    append(store, run, many(20_000))
    points, exact = draw(store, run, 320, 9000, 9100)
    assert exact
    assert list(points.steps) == list(range(9000, 9101))


@pytest.mark.parametrize("total", [5000, 60_000])
def test_no_spike_is_missed(store: Store, run: int, total: int) -> None:
    dice = random.Random(4)
    values = [dice.gauss(0, 1) for _ in range(total)]
    spikes = {dice.randrange(total): sign * (1000.0 + i) for i, sign in enumerate([1, -1] * 5)}
    for place, value in spikes.items():
        values[place] = value
    append(store, run, Points(list(range(total)), [0] * total, values))
    points, exact = draw(store, run, 320)
    assert not exact
    assert len(points.steps) <= 322
    assert {max(values), min(values)} <= set(points.values)
    assert (points.steps[0], points.steps[-1]) == (0, total - 1)
    assert all(values[step] == value for step, value in zip(points.steps, points.values, strict=True))


def test_a_window_without_steps_goes_by_time(store: Store, run: int) -> None:
    append(store, run, Points([0] * 5000, list(range(5000)), [float(i == 2500) for i in range(5000)]))
    points, _ = draw(store, run, 100)
    assert 1.0 in points.values
    assert list(points.timestamps) == sorted(points.timestamps)


def test_a_window_reaches_into_the_tail(store: Store, run: int) -> None:
    append(store, run, many(8192))
    append(store, run, many(5, start=8192))
    points, _ = draw(store, run, 320, 8190)
    assert list(points.steps) == list(range(8190, 8197))


def test_a_long_tail_of_single_points_keeps_few_rows(store: Store, run: int) -> None:
    with store.writing() as tx:
        for i in range(1000):
            series.append(tx, run, {"loss": many(1, start=i)})
    count = select(func.count()).select_from(tables.tail)
    rows = store.read(lambda tx: tx.sql.execute(count).scalar_one())
    assert rows <= series.MOST_LOOSE_BLOCKS + 1000 // series.LOOSE_POINTS
    assert stored(store, run) == list(zip(*many(1000), strict=True))
