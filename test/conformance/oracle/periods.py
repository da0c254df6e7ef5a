"""Financial quarters and academic years as half-open ranges of dates."""

import datetime
import re


def bounds(code):
    """The first day of a period and the first day after it."""
    match = re.fullmatch(r"(\d{4})-\d{2}-(Q[1-4]|AY)", code)
    if not match:
        raise ValueError(f"unknown period {code}")
    year, part = int(match.group(1)), match.group(2)
    if part == "AY":
        return datetime.date(year, 9, 1), datetime.date(year + 1, 9, 1)
    starts = [datetime.date(year, 4, 1), datetime.date(year, 7, 1), datetime.date(year, 10, 1)]
    starts += [datetime.date(year + 1, 1, 1), datetime.date(year + 1, 4, 1)]
    quarter = int(part[1])
    return starts[quarter - 1], starts[quarter]
