"""BAI2: totals and counts of account, group and file; no file of a bank was at hand for it.

Written from the record layouts of the specification, version 2.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.formats.bai2 import read_bai2
from reconciliation.formats.known import format_of
from reconciliation.states import FileFormat, Purpose

FILE = """01,122099999,123456789,261120,0800,1,80,1,2/
02,031001234,122099999,1,261120,2359,USD,2/
03,0975312468,,010,100000,,,015,75951,,/
88,100,1001,1,,400,25050,1,/
16,475,25050,S,25050,0,0,BANK77,T000000001,ACHAT/FR0000131104
88,WITH A FEE, AND A COMMA
16,195,1001,V,261121,,BANK78,,AVOIR/
49,228053,6/
98,228053,1,8/
99,228053,1,10/
"""


def test_whole_file_is_read_field_by_field() -> None:
    told = read_bai2(FILE.encode())

    (statement,) = told.statements
    assert told.findings == ()
    assert format_of(FILE.encode()) is FileFormat.BAI2
    assert (statement.account, statement.currency) == ("0975312468", "USD")
    assert (statement.opening.amount, statement.closing.amount) == (
        Decimal("1000.00"), Decimal("759.51"),
    )  # fmt: skip
    paid, credited = statement.entries
    assert (paid.amount, paid.reference, paid.bank_reference, paid.line) == (
        Decimal("-250.50"), "T000000001", "BANK77", 5,
    )  # fmt: skip
    assert paid.description == "ACHAT/FR0000131104 WITH A FEE, AND A COMMA"
    assert (credited.amount, credited.value_date) == (Decimal("10.01"), date(2026, 11, 21))
    assert credited.booking_date == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("case", "old", "new", "code", "line"),
    [
        ("account_total", "49,228053", "49,253054", "BAI2-CONTROL", 8),
        ("account_records", "49,228053,6", "49,228053,5", "BAI2-CONTROL", 8),
        ("group_total", "98,228053", "98,1", "BAI2-CONTROL", 9),
        ("accounts", "98,228053,1", "98,228053,2", "BAI2-CONTROL", 9),
        ("group_records", "98,228053,1,8", "98,228053,1,9", "BAI2-CONTROL", 9),
        ("file_total", "99,228053", "99,0", "BAI2-CONTROL", 10),
        ("groups", "99,228053,1", "99,228053,3", "BAI2-CONTROL", 10),
        ("file_records", "99,228053,1,10", "99,228053,1,11", "BAI2-CONTROL", 10),
        ("proof", "015,75951", "015,75952", "BAI2-PROOF", 3),
        ("credits", "100,1001,1", "100,1002,1", "BAI2-TOTAL", 3),
        ("number_of_debits", "400,25050,1", "400,25050,2", "BAI2-TOTAL", 3),
        ("amount", "16,475,25050", "16,475,much", "BAI2-NUMBER", 5),
        ("decimal_point", "16,475,25050", "16,475,250.50", "BAI2-NUMBER", 5),
        ("type", "16,475", "16,975", "BAI2-TYPE", 5),
        ("date", "1,261120,2359", "1,260231,2359", "BAI2-DATE", 2),
        ("no_opening", "010,100000", "040,100000", "BAI2-BALANCE", 3),
        ("deletion", ",122099999,1,", ",122099999,2,", "BAI2-STATUS", 2),
        ("cut_off", "99,228053,1,10/\n", "", "BAI2-INCOMPLETE", 1),
        ("no_group", "02,031001234,122099999,1,261120,2359,USD,2/\n", "", "BAI2-ORDER", 2),
        ("stranger", "98,228", "77,228", "BAI2-RECORD", 9),
    ],
)
def test_broken_file_is_refused_with_its_line(
    case: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in FILE, case
    told = read_bai2(FILE.replace(old, new).encode())

    found = [(finding.code, finding.line) for finding in told.findings]
    assert (code, line) in found, case


@pytest.mark.parametrize(
    ("record", "more", "read"),
    [
        ("16,195,1001,S,1001,0,0/", "AX13612,B096132,AMALGAMATED CORP.",
         ("AX13612", "B096132", "AMALGAMATED CORP.", 20)),
        ("16,195,1001,0,BANKREF1/", "DEAL-000123,WIRE IN",
         ("BANKREF1", "DEAL-000123", "WIRE IN", 20)),
        ("16,195,1001,V,261121/", ",BANKREF1,DEAL-000123,WIRE/",
         ("BANKREF1", "DEAL-000123", "WIRE", 21)),
        ("16,195,1001,0,BANKREF1,DEAL-000123,WIRE", "IN, LATE",
         ("BANKREF1", "DEAL-000123", "WIRE IN, LATE", 20)),
    ],
)  # fmt: skip
def test_what_continues_a_record_that_ended_begins_the_next_field(
    record: str, more: str, read: tuple[str, str, str, int]
) -> None:
    text = FILE.replace("16,195,1001,V,261121,,BANK78,,AVOIR/", f"{record}\n88,{more}")
    for old, new in (("228053,6", "228053,7"), ("1,8/", "1,9/"), ("1,10/", "1,11/")):
        text = text.replace(old, new)
    told = read_bai2(text.encode())

    assert told.findings == ()
    entry = told.statements[0].entries[1]
    day = date(2026, 11, read[3])
    assert (entry.bank_reference, entry.reference, entry.description) == read[:3]
    assert entry.value_date == day


def test_an_interim_day_is_a_report() -> None:
    told = read_bai2(FILE.replace(",USD,2/", ",USD,3/").encode())

    assert (told.findings, told.statements) == ((), ())
    assert [report.purpose for report in told.reports] == [Purpose.INTRADAY]


def test_yen_have_no_decimals() -> None:
    (statement,) = read_bai2(FILE.replace(",USD,", ",JPY,").encode()).statements

    assert statement.opening.amount == Decimal(100_000)


def test_what_is_no_bai2_is_said_so() -> None:
    assert [finding.code for finding in read_bai2(b"hello").findings] == ["BAI2-RECORD"]
    assert [finding.code for finding in read_bai2(b"").findings] == ["BAI2-EMPTY"]


@given(st.integers(0, len(FILE) - 4))
def test_cut_anywhere_never_crashes_and_is_told(length: int) -> None:
    assert read_bai2(FILE.encode()[:length]).findings


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    told = read_bai2(b"01,a,b,261120," + text.encode())
    assert told.findings
