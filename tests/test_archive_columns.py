"""Columns: the same arrays as pyarrow makes, whatever the values."""

from __future__ import annotations

from datetime import UTC

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.columns import encode, to_array
from archive.schema import EDIT, SCHEMA

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
VALUES = {
    pa.string(): TEXT,
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(UTC)),
}


@pytest.mark.parametrize("kind", VALUES, ids=str)
@given(data=st.data())
def test_arrays_are_those_of_pyarrow(kind: pa.DataType, data: st.DataObject) -> None:
    """Any values, some of them None, in a column or in lists."""
    values = data.draw(st.lists(st.none() | VALUES[kind], max_size=20))
    made = to_array(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(values, kind))
    lists = [values[:3], [], values[3:]]
    assert to_array(lists, pa.list_(kind)).equals(pa.array(lists, pa.list_(kind)))


@given(st.lists(st.lists(st.tuples(*(VALUES[field.type] for field in EDIT)), max_size=3), max_size=4))
def test_lists_of_structs_come_back(rows: list[list[tuple[object, ...]]]) -> None:
    """Named tuples become structs, field by field."""
    made = to_array(rows, pa.list_(EDIT))
    made.validate(full=True)
    assert [[tuple(one.values()) for one in row] for row in made.to_pylist()] == rows


def test_every_column_of_the_schema_can_be_made() -> None:
    """No type without a way to make it, also where every value is null."""
    for field in SCHEMA:
        empty = [()] if pa.types.is_list(field.type) else [None]
        to_array(empty, field.type).validate(full=True)


@pytest.mark.parametrize(
    ("number", "kind"), [(2**15, pa.int16()), (-(2**31) - 1, pa.int32()), (2**63, pa.int64())]
)
def test_a_number_out_of_range_is_refused(number: int, kind: pa.DataType) -> None:
    """No silent wrap-around."""
    with pytest.raises(OverflowError):
        to_array([number], kind)


def test_a_lone_surrogate_costs_one_character() -> None:
    """Offsets stay right: each becomes one U+FFFD."""
    assert encode("a\ud800\udfffb").decode() == "a\ufffd\ufffdb"


@pytest.mark.parametrize("values", [["\ud83d", None], [None, "\ud83d"], ["ü", "\ud83d", None, "a"]])
def test_a_lone_surrogate_may_stand_before_a_null(values: list[str | None]) -> None:
    """As titles of cut-off emoji do in a column where other captures have none."""
    made = to_array(values, pa.string()).to_pylist()
    assert made == [value and value.replace("\ud83d", "\ufffd") for value in values]
