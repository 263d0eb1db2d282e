"""The closed weekdays that the demo trades need, as the sources gave them.

Asking the sources takes seconds; the job `refdata.load_calendars` does so for every calendar.
A test tells when `closed_days.csv` is not what they say any more; then `write` makes it again.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Final

from refdata.services import calendars

FIRST_YEAR, LAST_YEAR = 2023, 2028
CODES: Final = ("XPAR", "XAMS", "XETR", "XLON", "XNYS", "XNAS", "TARGET", "US", "GB")
FILE: Final = Path(__file__).with_name("closed_days.csv")


def closed_days() -> dict[str, dict[date, str]]:
    """Return by calendar its closed weekdays with their names."""
    found: dict[str, dict[date, str]] = {code: {} for code in CODES}
    with FILE.open(encoding="utf-8", newline="") as file:
        for code, day, name in csv.reader(file):
            found[code][date.fromisoformat(day)] = name
    return found


def asked() -> dict[str, dict[date, str]]:
    """Return the same from the sources."""
    span = (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    return {code: calendars.closed_days(code, span) for code in CODES}


def write() -> None:
    """Write the file anew from the sources."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for code, days in asked().items():
            rows.writerows((code, day.isoformat(), name) for day, name in days.items())
