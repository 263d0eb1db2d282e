"""Stored values said to people: the reader's figures, days and words; identifiers untouched."""

from __future__ import annotations

import pytest
from django.utils import translation

from core.pages import words
from trades.models import Trade


@pytest.mark.parametrize(
    ("case", "value", "name", "french", "english"),
    [
        ("decimal", "239025.00", "gross_amount", "239 025,00", "239,025.00"),
        ("long_decimal", "4.5700000000", "price", "4,57", "4.57"),
        ("whole_figure", "1000", "quantity", "1 000", "1,000"),
        ("digits_of_an_identifier", "00001", "account", "00001", "00001"),
        ("inside_a_text", "422.46 ± 10 %", "price", "422,46 ± 10 %", "422.46 ± 10 %"),
        ("whole_inside_a_text", "12000 ± 5 %", "price", "12 000 ± 5 %", "12,000 ± 5 %"),
        ("yen_bound", "<= 1050000", "fees", "<= 1 050 000", "<= 1,050,000"),
        ("day_of_a_price", "2026-11-20", "price", "20/11/2026", "20/11/2026"),
        ("amount_of_a_trader", "500000000.00", "trader_code", "500 000 000,00", "500,000,000.00"),
        ("day", "2026-11-21", "settlement_date", "21/11/2026", "21/11/2026"),
        ("no_such_day", "2026-02-31", "settlement_date", "2026-02-31", "2026-02-31"),
        ("moment", "2026-11-20T17:00:00+00:00", "x", "20/11/2026 18:00:00", "20/11/2026 18:00:00"),
        ("reference", "T000000313", "found", "T000000313", "T000000313"),
        ("version_number", "2026.1/2026.1", "rules", "2026.1/2026.1", "2026.1/2026.1"),
        ("code", "BUY", "side", "Achat", "Buy"),
        ("same_word_elsewhere", "ALL", "currency", "ALL", "ALL"),
        ("list", ["oms", "agent"], "contributors", "oms, agent", "oms, agent"),
        (
            "counts",
            {"breaks": 8, "break_TIMING": 2},
            "counts",
            "suspens : 8 · suspens (Décalage) : 2",
            "breaks: 8 · break (Timing): 2",
        ),
        (
            "finding",
            {
                "code": "MT940-PROOF",
                "line": 9,
                "field": "62",
                "message": "The field :62: is missing",
                "template": "{expected} is not {found}",
                "expected": "10.50",
                "found": "10.51",
            },
            "findings",
            "MT940-PROOF · ligne 9 · 10,50 is not 10,51",
            "MT940-PROOF · line 9 · 10.50 is not 10.51",
        ),
        ("finding_of_no_line", {"code": "R22", "template": "X"}, "x", "R22 · X", "R22 · X"),
        ("nothing", None, "x", "", ""),
    ],
)
def test_said(case: str, value: object, name: str, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.said(value, name).replace("\u202f", " ") == french, case
    with translation.override("en"):
        assert words.said(value, name) == english, case


def test_days_inside_a_refusal_are_the_readers() -> None:
    with translation.override("fr"):
        assert words.dated("file 13, by agent on 2026-11-22.") == "file 13, by agent on 22/11/2026."


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("gross_amount", "27022.0", "27 022,00"),
        ("quantity", "100.0", "100"),
        ("state", "CLOSED", "Close"),
        ("trade_date", "2026-11-16", "16/11/2026"),
        ("fingerprint", "7a1.25", "7a1.25"),
    ],
)
def test_a_column_is_said_as_its_field_asks(column: str, value: str, shown: str) -> None:
    with translation.override("fr"):
        assert words.said_of(Trade, column, value).replace("\u202f", " ") == shown


def test_columns_have_names() -> None:
    with translation.override("fr"):
        assert words.column_label(Trade, "counterparty_id") == "Contrepartie"
        assert words.model_of("trades_trade") is Trade
        assert words.model_of("nowhere") is None


@pytest.mark.parametrize(
    ("kind", "title", "shown"),
    [
        ("trades.control_batch", "trades.control_batch batch:25", "Contrôle d’un lot · lot 25"),
        (
            "reporting.generate_rts22",
            "2026-11-19",
            "Déclarations d’une journée · 19/11/2026",
        ),
        ("reconciliation.run", "CACE.csv", "Rapprochement · CACE.csv"),
        ("reconciliation.run", "", "Rapprochement"),
    ],
)
def test_a_job_is_named_in_the_readers_language(kind: str, title: str, shown: str) -> None:
    with translation.override("fr"):
        assert words.job_title(kind, title) == shown
