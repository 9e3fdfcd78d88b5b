"""Dates in markup: as precise as they went in, in the zone they state, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.html.dates import is_after, to_iso

DATES = {
    "2020": "2020",
    "2020-07": "2020-07",
    "2020-07-08": "2020-07-08",
    "20200708": "2020-07-08",
    "2020-07-08T09:11Z": "2020-07-08T09:11Z",
    "2020-07-08 09:11:05": "2020-07-08T09:11:05Z",
    "2020-07-08T09:11:05.123+0200": "2020-07-08T09:11:05+02:00",
    "2020-07-08T00:30:00+09:00": "2020-07-08T00:30:00+09:00",
    "Wed, 08 Jul 2020 09:11:05 +0200": "2020-07-08T07:11:05Z",
    "8 July 2020": "2020-07-08",
    "2020-02-30": None,
    "2020-07-08T25:00Z": None,
    "0001-01-01T00:00:00Z": None,
    "yesterday": None,
    "12": None,
    "": None,
}


@pytest.mark.parametrize("text", DATES)
def test_dates(text: str) -> None:
    """A date comes out as precise as it went in, in the zone it states."""
    assert to_iso(text) == DATES[text]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.timezones()))
def test_dates_keep_their_instant(moment: datetime) -> None:
    """ISO 8601 with any zone is the same instant afterwards, to the second."""
    value = to_iso(moment.isoformat(timespec="seconds"))
    if (moment.utcoffset() or 0) and moment.utcoffset().total_seconds() % 60:  # type: ignore[union-attr]
        return  # zones of the 19th century were not whole minutes; markup has none of them
    assert value is not None
    assert datetime.fromisoformat(value) == moment.astimezone(UTC).replace(microsecond=0)
    assert not is_after(value, moment)


@given(st.text(max_size=90))
def test_any_text_may_stand_for_a_date(text: str) -> None:
    """Whatever stands there, the answer is ISO 8601 or nothing."""
    value = to_iso(text)
    assert value is None or len(value) in {4, 7, 10, 17, 20}
