"""CFONB 120: the columns of each record, and one broken record each."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban

from reconciliation.formats.cfonb120 import read_cfonb120
from reconciliation.formats.known import format_of
from reconciliation.states import FileFormat
from tests.unit.reconciliation.real_files import ROOT, needs_real_files


def amount(units: int) -> str:
    """Write an amount in cents as the standard does: 13 figures, and one with the sign."""
    marks = "}JKLMNOPQR" if units < 0 else "{ABCDEFGHI"
    return f"{abs(units) // 10:013}{marks[abs(units) % 10]}"


def balance(code: str, day: str, units: int) -> str:
    return f"{code}30004    00823EUR2 00001234567  {day}{'':50}{amount(units)}{'':16}"


def movement(units: int, *, text: str = "VIR", number: str = "0000042", reference: str = "") -> str:
    return (
        f"0430004    00823EUR2 0000123456705201126  201126{text:31}  {number}  {amount(units)}"
        f"{reference:16}"
    )


def detail(qualifier: str, text: str) -> str:
    return f"0530004    00823EUR2 0000123456705201126     {qualifier}{text:70}  "


WHOLE = [
    balance("01", "191126", 100_000),
    movement(-25_050, text="PRLV ACHAT FR0000131104"),
    detail("LIB", "DENOUEMENT"),
    detail("RCN", "T000000001"),
    movement(1_001, reference="AVOIR"),
    balance("07", "201126", 75_951),
]


def test_whole_statement_is_read_field_by_field() -> None:
    content = "\n".join(WHOLE).encode()
    told = read_cfonb120(content)

    (statement,) = told.statements
    assert {len(record) for record in WHOLE} == {120}
    assert told.findings == ()
    assert format_of(content) is FileFormat.CFONB
    assert iban.is_valid(statement.account)
    assert statement.account.startswith("FR")
    assert statement.account[4:25] == "300040082300001234567"
    assert (statement.opening.amount, statement.closing.amount) == (
        Decimal("1000.00"), Decimal("759.51"),
    )  # fmt: skip
    paid, credited = statement.entries
    assert (paid.amount, paid.reference, paid.line) == (Decimal("-250.50"), "T000000001", 2)
    assert (paid.value_date, paid.kind) == (date(2026, 11, 20), "05")
    assert "DENOUEMENT" in paid.description
    assert (credited.amount, credited.reference) == (Decimal("10.01"), "AVOIR")
    assert credited.bank_reference == "0000042"


@pytest.mark.parametrize(
    ("number", "reference", "read"),
    [
        ("0001230", "T000000010", ("T000000010", "0001230")),
        ("0000100", "000123", ("000123", "0000100")),
        ("0000000", "0" * 16, ("", "")),
        ("0 0 0 0", "0000  00", ("", "")),
        ("", "", ("", "")),
    ],
)
def test_zeros_of_a_reference_stand_as_written(
    number: str, reference: str, read: tuple[str, str]
) -> None:
    records = [
        WHOLE[0],
        movement(1_001, number=f"{number:7}", reference=reference),
        balance("07", "201126", 101_001),
    ]

    (entry,) = read_cfonb120("\n".join(records).encode()).statements[0].entries

    assert (entry.reference, entry.bank_reference) == read


@pytest.mark.parametrize(
    ("case", "records", "code", "line"),
    [
        ("proof", [*WHOLE[:-1], balance("07", "201126", 75_952)], "CFONB-PROOF", 6),
        ("cut_off", WHOLE[:-1], "CFONB-INCOMPLETE", 1),
        ("headless", WHOLE[1:], "CFONB-ORDER", 1),
        ("detail_alone", [WHOLE[0], WHOLE[2], WHOLE[-1]], "CFONB-ORDER", 2),
        ("next_begins", [WHOLE[0], *WHOLE], "CFONB-INCOMPLETE", 2),
        ("no_sign", [WHOLE[0].replace("{", "0"), *WHOLE[1:]], "CFONB-AMOUNT", 1),
        ("31_february", [balance("01", "310226", 1), WHOLE[-1]], "CFONB-DATE", 1),
        ("letters", [WHOLE[0].replace("191126", "19NO26"), WHOLE[-1]], "CFONB-DATE", 1),
        ("short", [WHOLE[0][:80], *WHOLE[1:]], "CFONB-WIDTH", 1),
        ("long", [WHOLE[0] + "X", *WHOLE[1:]], "CFONB-WIDTH", 1),
        ("stranger", [*WHOLE, "99"], "CFONB-RECORD", 7),
        ("account", [*WHOLE[:-1], WHOLE[-1].replace("00001234567", "00001234568")],
         "CFONB-ACCOUNT", 6),
        ("no_currency", [one.replace("EUR2", "    ") for one in WHOLE], "CFONB-CURRENCY", 1),
        ("empty", [""], "CFONB-EMPTY", 1),
    ],
)  # fmt: skip
def test_broken_statement_is_refused_with_its_line(
    case: str, records: list[str], code: str, line: int
) -> None:
    told = read_cfonb120("\n".join(records).encode())

    assert (told.findings[0].code, told.findings[0].line) == (code, line), case


def test_currency_of_the_movements_is_that_of_balances_that_do_not_say() -> None:
    records = [one.replace("EUR2", "    ") if one[:2] in {"01", "07"} else one for one in WHOLE]

    assert len(read_cfonb120("\n".join(records).encode()).statements) == 1


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), st.integers(-(10**9), 10**9))
def test_any_amounts_come_back_and_prove_their_balance(units: list[int], opening: int) -> None:
    records = [balance("01", "191126", opening), *map(movement, units)]
    records.append(balance("07", "201126", opening + sum(units)))

    (statement,) = read_cfonb120("\n".join(records).encode()).statements

    assert [entry.amount for entry in statement.entries] == [Decimal(n) / 100 for n in units]


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    told = read_cfonb120(b"01" + content)
    assert told.findings or told.statements


@needs_real_files
def test_real_french_statements() -> None:
    path = ROOT / "cfonb/silarhi__cfonb-parser/tests/fixtures/non-strict-test.txt"
    told = read_cfonb120(path.read_bytes())

    assert (len(told.statements), told.findings) == (8, ())
    assert all(iban.is_valid(statement.account) for statement in told.statements)
