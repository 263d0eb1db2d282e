"""Figures as people type them: read in the notation that the pages write, or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.pages import formats
from core.pages.fields import FigureField, MomentField, SharedFigureField

NARROW = "\u202f"
languages = st.sampled_from(["en", "fr"])
figures = st.decimals(min_value=-(10**16), max_value=10**16, places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("en", "1,500", "1500"),
        ("en", "10,000", "10000"),
        ("en", "1,055", "1055"),
        ("en", "1,234,567.89", "1234567.89"),
        ("en", "1 234.5", "1234.5"),
        ("en", "1055.5", "1055.5"),
        ("en", "0.125", "0.125"),
        ("en", "-12.50", "-12.50"),
        ("en", " 7 ", "7"),
        ("fr", "1 500", "1500"),
        ("fr", f"600{NARROW}000{NARROW}000", "600000000"),
        ("fr", "1\u00a0234\u00a0567,89", "1234567.89"),
        ("fr", "2,5", "2.5"),
        ("fr", "2.5", "2.5"),
        ("fr", "1,500", "1.500"),
        ("fr", "1 234.567", "1234.567"),
        ("fr", "1234.567", "1234.567"),
        ("fr", "0.125", "0.125"),
    ],
)
def test_a_figure_is_read_in_the_notation_of_its_reader(
    language: str, typed: str, read: str
) -> None:
    with translation.override(language):
        assert str(formats.figure(typed)) == read


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "1,50"),
        ("en", "10,5"),
        ("en", "1,5000"),
        ("en", "1,234 567"),
        ("en", "1.234,56"),
        ("en", "1.234.567"),
        ("en", "0,500"),
        ("fr", "1,500.25"),
        ("fr", "1.500,25"),
        ("fr", "1.500.000"),
        ("fr", "1 50"),
        ("fr", "12 34"),
        ("fr", "1,2,3"),
        *(
            (language, text)
            for language in ("en", "fr")
            for text in ("", "-", "1e5", "NaN", "1_000", "１２", "+5", ".5", "5.", "5,", "5 EUR")
        ),
        ("en", "1" * 61),
    ],
)
def test_nothing_is_guessed(language: str, typed: str) -> None:
    with translation.override(language), pytest.raises(formats.UnreadableFigure):
        formats.figure(typed)


@given(language=languages, value=figures)
def test_what_the_pages_write_is_read_back(language: str, value: Decimal) -> None:
    with translation.override(language):
        for write in (formats.quantity, formats.price, formats.typed):
            assert formats.figure(write(value)) == value, write
        cents = value.quantize(Decimal("0.01"))
        assert formats.figure(formats.amount(cents, "EUR")) == cents


@given(value=figures)
def test_an_address_says_the_same_figure_to_every_reader(value: Decimal) -> None:
    for language in ("en", "fr"):
        with translation.override(language):
            assert formats.figure(formats.shared(value)) == value


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("en", "1,50", "“1,50” is not a number as it is written here: write it like 1,234.5."),
        (
            "fr",
            "1,500.25",
            f"« 1,500.25 » n’est pas un nombre tel qu’on l’écrit ici : "
            f"écrivez-le comme 1{NARROW}234,5.",
        ),
        (
            "fr",
            "1.500",
            f"« 1.500 » peut se lire de deux façons : écrivez 1{NARROW}500 ou 1,5.",
        ),
    ],
)
def test_a_refused_figure_says_how_to_write_it(language: str, typed: str, said: str) -> None:
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            FigureField().clean(typed)
        assert refused.value.messages == [said]


def test_a_shared_figure_is_shown_as_its_reader_types_it() -> None:
    with translation.override("fr"):
        assert SharedFigureField().prepare_value("2.1250") == "2,125"
        assert SharedFigureField().prepare_value("nothing") == "nothing"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "typed", ["20/11/2026 10:01:02", "2026-11-20 10:01:02", "2026-11-20T10:01:02"]
)
def test_a_moment_is_typed_as_the_pages_write_it(language: str, typed: str) -> None:
    with translation.override(language):
        moment = MomentField().clean(typed)
        assert moment is not None
        assert MomentField().prepare_value(moment) == "20/11/2026 10:01:02"
        assert moment.isoformat() == "2026-11-20T10:01:02+01:00"


@pytest.mark.parametrize("typed", ["11/27/2026 10:00", "20/11/2026", "20/11/2026 25:00", "noon"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().clean(typed)
