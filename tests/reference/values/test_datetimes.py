import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Field
from dbal_reference.values import check_value
from dbal_reference.values.datetimes import canonical_datetime, datetime_of_ms

FIELD = Field("at", "datetime")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"),
        ("2024-02-29t12:00:00z", "2024-02-29T12:00:00.000Z"),
        ("2024-02-29T12:00:00.5Z", "2024-02-29T12:00:00.500Z"),
        ("2024-02-29T12:00:00.1239999999Z", "2024-02-29T12:00:00.123Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00.000Z"),
        ("2024-01-01T00:30:00.25-23:59", "2024-01-02T00:29:00.250Z"),
        ("2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_is_stored_in_utc_with_milliseconds(text: str, stored: str) -> None:
    assert check_value(FIELD, text) == (stored, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-29",
        "2024-02-29T12:00:00",
        "2024-02-29T12:00Z",
        "2024-02-29 12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-00-01T12:00:00Z",
        "2024-01-32T12:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T12:60:00Z",
        "2016-12-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2024-01-01T12:00:00+24:00",
        "2024-01-01T12:00:00+01:60",
        "2024-01-01T12:00:00+0100",
        "2024-01-01T12:00:00+01",
        "2024-01-01T12:00:00.Z",
        "2024-01-01T12:00:00,5Z",
        "2024-01-01T12:00:00Z\n",
        " 2024-01-01T12:00:00Z",
        "24-01-01T12:00:00Z",
        "+2024-01-01T12:00:00Z",
        "20240101T120000Z",
        "2024-W01-1T12:00:00Z",
        "٢٠٢٤-01-01T12:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused_by_form(text: str) -> None:
    assert check_value(FIELD, text) == (None, "format")


@given(st.text(st.sampled_from("0123456789-:TZtz.+"), max_size=40))
def test_the_canonical_form_is_its_own(text: str) -> None:
    canonical = canonical_datetime(text)
    assert canonical is None or canonical_datetime(canonical) == canonical


@given(
    st.datetimes(min_value=dt.datetime(2, 1, 1), max_value=dt.datetime(9998, 1, 1)),  # noqa: DTZ001 -- hypothesis wants naive bounds
    st.integers(-23 * 60, 23 * 60),
)
def test_the_same_instant_has_one_form_in_every_zone(moment: dt.datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=0, tzinfo=dt.UTC)
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    assert canonical_datetime(moment.astimezone(zone).isoformat()) == canonical_datetime(
        moment.isoformat()
    )


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1700000000123, "2023-11-14T22:13:20.123Z"),
    ],
)
def test_epoch_milliseconds_become_the_canonical_form(epoch_ms: int, text: str) -> None:
    assert datetime_of_ms(epoch_ms) == text
    assert canonical_datetime(text) == text
