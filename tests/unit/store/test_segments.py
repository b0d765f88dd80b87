"""Points survive packing, whatever they are; and packing is worth it."""

import math
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.store.segments import (
    STRETCH_POINTS,
    Points,
    decode_tail,
    encode_tail,
    in_order,
    join,
    outline,
    pack,
    unpack,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats() | st.floats(width=32)


@st.composite
def some_points(draw: st.DrawFn) -> Points:
    size = draw(st.integers(1, 40))
    steps = draw(st.lists(INT64 | st.integers(-3, 3), min_size=size, max_size=size))
    stamps = draw(st.lists(INT64 | st.integers(0, 3), min_size=size, max_size=size))
    values = draw(st.lists(NUMBERS, min_size=size, max_size=size))
    return Points(steps, stamps, values)


def as_bits(points: Points) -> tuple[list[int], list[int], bytes]:
    return list(points.steps), list(points.timestamps), array("d", points.values).tobytes()


@given(some_points())
def test_what_is_packed_comes_back_bit_by_bit(points: Points) -> None:
    assert as_bits(unpack(pack(points))) == as_bits(points)


@given(some_points())
def test_what_goes_into_the_tail_comes_back_bit_by_bit(points: Points) -> None:
    assert as_bits(decode_tail(encode_tail(points))) == as_bits(points)


@given(some_points())
def test_order_is_by_timestamp_step_and_value_with_nan_first(points: Points) -> None:
    def rank(moment: tuple[int, int, float]) -> tuple[int, int, bool, float]:
        stamp, step, value = moment
        return stamp, step, value == value, 0.0 if math.isnan(value) else value

    ordered = in_order(points)
    moments = list(zip(ordered.timestamps, ordered.steps, ordered.values, strict=True))
    expected = sorted(zip(points.timestamps, points.steps, points.values, strict=True), key=rank)
    assert list(map(rank, moments)) == list(map(rank, expected))


def test_a_packed_layout_of_the_future_is_refused() -> None:
    packed = bytearray(pack(Points([1], [2], [3.0])))
    packed[0] = 99
    with pytest.raises(ValueError, match="newer Penstock"):
        unpack(bytes(packed))


def test_a_noisy_float32_curve_takes_less_than_five_bytes_a_point() -> None:
    dice = random.Random(0)
    values = array("f", [math.exp(-i / 3000) + dice.gauss(0, 0.05) for i in range(8192)]).tolist()
    stamps = [1_700_000_000_000]
    for _ in range(8191):
        stamps.append(stamps[-1] + dice.randint(8, 13))
    assert len(pack(Points(list(range(8192)), stamps, values))) < 5 * 8192


def test_an_outline_holds_the_extremes_of_each_stretch() -> None:
    dice = random.Random(1)
    values = [dice.random() for _ in range(1000)]
    drawn = unpack(outline(Points(list(range(1000)), [0] * 1000, values)))
    for start in range(0, 1000, STRETCH_POINTS):
        stretch = values[start : start + STRETCH_POINTS]
        inside = [v for s, v in zip(drawn.steps, drawn.values, strict=True) if start <= s < start + STRETCH_POINTS]
        assert (min(inside), max(inside)) == (min(stretch), max(stretch))


def test_an_outline_looks_past_nan_and_keeps_both_ends() -> None:
    nan = math.nan
    drawn = unpack(outline(Points([0, 1, 2, 3], [0] * 4, [nan, 2.0, 1.0, nan])))
    assert drawn.steps == [0, 1, 2, 3]
    assert unpack(outline(Points([0, 1, 2], [0] * 3, [nan, nan, nan]))).steps == [0, 2]


def test_join_keeps_every_point_in_turn() -> None:
    assert join([Points([1], [2], [3.0]), Points([4, 5], [6, 7], [8.0, 9.0])]) == Points(
        [1, 4, 5], [2, 6, 7], [3.0, 8.0, 9.0]
    )
