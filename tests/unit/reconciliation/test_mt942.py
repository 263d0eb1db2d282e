"""MT942: the totals of an intraday report, and one broken field each."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.formats.known import format_of
from reconciliation.formats.mt940 import read_mt940
from reconciliation.states import FileFormat, Purpose

REPORT = """:20:INTRA1
:25:FR7630004000031234567890143EUR
:28C:00231/001
:34F:EURD0,00
:34F:EURC0,00
:13D:2611201130+0100
:61:2611201120D250,50NTRFT0001//BANK77
:61:261120C10,NINTNONREF
:86:interest
:90D:1EUR250,50
:90C:1EUR10,00
-"""


def test_whole_report_is_read_field_by_field() -> None:
    read = read_mt940(REPORT.encode())

    (report,) = read.reports
    assert read.findings == read.statements == ()
    assert (report.purpose, report.currency) == (Purpose.INTRADAY, "EUR")
    assert (report.account, report.number, report.page) == (
        "FR7630004000031234567890143", "00231", "001",
    )  # fmt: skip
    assert report.day == date(2026, 11, 20)
    assert report.movement == Decimal("-240.50")
    assert format_of(REPORT.encode()) is FileFormat.MT942


@pytest.mark.parametrize(
    ("case", "old", "new", "code", "line"),
    [
        ("sum", ":90D:1EUR250,50", ":90D:1EUR250,51", "MT942-TOTAL", 10),
        ("number", ":90C:1EUR10,00", ":90C:2EUR10,00", "MT942-TOTAL", 11),
        ("currency", ":90C:1EUR10,00", ":90C:1USD10,00", "MT942-CURRENCY", 11),
        ("unreadable_total", ":90C:1EUR10,00", ":90C:one", "MT942-TOTAL", 11),
        ("floor", ":34F:EURC0,00", ":34F:EURC", "MT942-FLOOR", 5),
        ("moment", ":13D:2611201130", ":13D:yesterday", "MT940-DATE", 6),
        ("31_february", ":13D:261120", ":13D:260231", "MT940-DATE", 6),
        ("account_missing", ":25:FR7630004000031234567890143EUR\n", "", "MT940-INCOMPLETE", 1),
        ("amount", "D250,50N", "Dmuch,N", "MT940-LINE", 7),
    ],
)
def test_broken_report_is_refused_with_its_line(
    case: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in REPORT, case
    read = read_mt940(REPORT.replace(old, new).encode())

    assert read.reports == (), case
    assert (read.findings[0].code, read.findings[0].line) == (code, line), case


def test_small_entries_below_a_floor_are_in_the_total_alone() -> None:
    above = REPORT.replace("EURD0,00", "EURD100,00").replace(":90D:1EUR250,50", ":90D:4EUR300,00")

    assert len(read_mt940(above.encode()).reports) == 1
    less = above.replace(":90D:4EUR300,00", ":90D:4EUR200,00")
    assert [finding.code for finding in read_mt940(less.encode()).findings] == ["MT942-TOTAL"]


def test_statements_and_reports_of_one_file_are_both_read() -> None:
    statement = ":20:S\n:25:1\n:28C:1/1\n:60F:C261119EUR1,00\n:62F:C261119EUR1,00\n-\n"

    read = read_mt940((statement + REPORT).encode())

    assert (len(read.statements), len(read.reports), read.findings) == (1, 1, ())


@given(st.integers(0, 200))
def test_cut_anywhere_never_crashes(length: int) -> None:
    read = read_mt940(REPORT.encode()[:length])

    assert not read.statements
    assert read.findings or read.reports or length == 0
