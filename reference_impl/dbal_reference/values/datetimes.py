"""datetime: RFC 3339 in, UTC with milliseconds and `Z` out."""

import datetime as dt
import re

_FORM = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


def canonical_datetime(text: str) -> str | None:
    """`2024-02-29T12:00:00.000Z`, or None if it is no instant of RFC 3339 (TYP-DATE-001).

    Fractions are cut to milliseconds. No zone, second 60, year 0000, and instants whose year in
    UTC is not 1 to 9999 are refused.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    date, time, fraction, sign, hours, minutes = form.groups()
    try:
        moment = dt.datetime.fromisoformat(f"{date}T{time}")
        if sign is not None:
            offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
            moment = moment - offset if sign == "+" else moment + offset
    except (ValueError, OverflowError):
        return None
    return f"{moment.isoformat(timespec='seconds')}.{(fraction or '')[:3]:0<3}Z"


def datetime_of_ms(epoch_ms: int) -> str:
    """The canonical form of an instant in epoch milliseconds."""
    moment = dt.datetime.fromtimestamp(epoch_ms // 1000, dt.UTC)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}.{epoch_ms % 1000:03}Z"
