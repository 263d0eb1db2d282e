"""Days as people type them to look something up: two digits of the year are this century's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.pages import formats
from core.pages.fields import AskedDayField, DayField

DAY = date(2026, 11, 26)


@pytest.fixture(params=["", "iso"])
def style(request: pytest.FixtureRequest) -> Iterator[str]:
    token = formats.date_style.set(request.param)
    yield request.param
    formats.date_style.reset(token)


@pytest.mark.parametrize(
    ("typed", "styles", "day"),
    [
        ("26/11/2026", ("", "iso"), DAY),
        ("2026-11-26", ("", "iso"), DAY),
        ("26/11/26", ("",), DAY),
        (" 26.11.26 ", ("",), DAY),
        ("6/1/26", ("",), date(2026, 1, 6)),
        ("26/11/99", ("",), date(2099, 11, 26)),
        ("26-11-26", ("iso",), DAY),
        ("26-1-6", ("iso",), date(2026, 1, 6)),
        ("31/02/26", (), None),
        ("26/11.26", (), None),
        ("26/11/026", (), None),
        ("26/11", (), None),
        ("٢٦/١١/٢٦", (), None),
    ],
)
def test_a_short_year_is_read_in_the_notation_of_the_page_alone(
    style: str, typed: str, styles: tuple[str, ...], day: date | None
) -> None:
    if style in styles:
        assert AskedDayField().clean(typed) == day
    else:
        with pytest.raises(ValidationError):
            AskedDayField().clean(typed)


def test_what_is_stored_has_a_year_of_four_digits() -> None:
    with pytest.raises(ValidationError):
        DayField().clean("26/11/26")
