import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.client.frames import MARK, encode_record, frame_of, raw_records, records, walk
from penstock.entities.record import MetricLogged, ParamLogged, Record, TagSet

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
one_record = st.one_of(
    st.builds(
        MetricLogged, text, st.floats(allow_nan=False), st.integers(0, 2**63 - 1), st.integers(-(2**63), 2**63 - 1)
    ),
    st.builds(ParamLogged, text, text),
    st.builds(TagSet, text, text),
)


@given(st.lists(one_record, min_size=1, max_size=20))
def test_what_was_framed_comes_back(given_records: list[Record]) -> None:
    frames = b"".join(frame_of(encode_record(one)) for one in given_records)
    assert records(len(given_records), frames) == given_records
    assert [
        msgspec.msgpack.decode(raw, type=Record) for raw in raw_records(len(given_records), frames)
    ] == given_records


@given(st.lists(one_record, min_size=1, max_size=20))
def test_frames_are_counted_by_their_mark(given_records: list[Record]) -> None:
    frames = b"".join(frame_of(encode_record(one)) for one in given_records)
    assert frames.count(MARK) == len(given_records)
    assert list(walk(frames, 0))[-1] == len(frames)


def test_a_point_written_as_a_tuple_is_the_same_as_the_struct() -> None:
    point = MetricLogged("loss", 0.5, 1_700_000_000_000, -3)
    assert encode_record(("m", point.key, point.value, point.timestamp, point.step)) == encode_record(point)


@given(st.binary(min_size=1, max_size=3), st.integers(0, 60))
def test_a_walk_stops_before_a_harmed_frame(harm: bytes, place: int) -> None:
    first, second = frame_of(encode_record(TagSet("a", "x" * 20))), frame_of(encode_record(TagSet("b", "y" * 20)))
    place = min(place, len(second) - len(harm))
    harmed = second[:place] + harm + second[place + len(harm) :]
    expected = [len(first)] if harmed != second else [len(first), len(first) + len(second)]
    assert list(walk(first + harmed + bytes(100), 0)) == expected


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_walk_stops_before_a_torn_frame(cut: int) -> None:
    frame = frame_of(encode_record(TagSet("a", "x" * 30)))
    assert list(walk(frame + frame[:cut] + bytes(64), 0)) == [len(frame)]
