"""MT940: what the grammar allows, and one broken line each."""

from datetime import date
from decimal import Decimal

import mt940
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.formats.mt940 import read_mt940
from tests.unit.reconciliation.real_files import ROOT, needs_real_files

WHOLE = """{1:F01BNPAFRPPAXXX0000000000}{2:I940XXXXXXXXXXXXN}{4:
:20:STMT20261120
:25:FR7630004000031234567890143EUR
:28C:00231/001
:60F:C261119EUR1000,00
:61:2611201120DR250,50NTRFT0001//BANK77
:86:?20SETTLEMENT T0001?21FR0000131104
:61:2612310102C10,NINTNONREF
:86:interest
:61:261120RC5,00NMSCREV1
:62F:C261120EUR754,50
-}
"""


def test_whole_statement_is_read_field_by_field() -> None:
    read = read_mt940(WHOLE.encode())

    (statement,) = read.statements
    assert read.findings == ()
    assert statement.account == "FR7630004000031234567890143"
    assert (statement.number, statement.page) == ("00231", "001")
    assert statement.opening.amount == Decimal("1000.00")
    assert statement.closing.amount == Decimal("754.50")
    debit, interest, reversal = statement.entries
    assert debit.amount == Decimal("-250.50")
    assert (debit.reference, debit.bank_reference) == ("T0001", "BANK77")
    assert debit.line == 6
    assert "FR0000131104" in debit.description
    assert interest.booking_date == date(2027, 1, 2), "the entry date crossed New Year"
    assert interest.reference == "", "NONREF is no reference"
    assert reversal.amount == Decimal("-5.00"), "a reversed credit is a debit"


@pytest.mark.parametrize(
    ("case", "old", "new", "code", "line"),
    [
        ("balance_broken", "EUR754,50", "EUR754,51", "MT940-PROOF", 11),
        ("31_february", ":61:261120RC", ":61:260231RC", "MT940-DATE", 10),
        ("amount_not_a_number", "RC5,00", "RCfive", "MT940-LINE", 10),
        ("nan", "RC5,00", "RCNaN", "MT940-LINE", 10),
        ("arabic_digits", "RC5,00", "RC٥,00", "MT940-LINE", 10),
        ("opening_without_currency", "C261119EUR1000,00", "C2611191000,00", "MT940-BALANCE", 5),
        ("truncated", ":62F:C261120EUR754,50\n-}\n", "", "MT940-INCOMPLETE", 2),
        ("account_missing", ":25:FR7630004000031234567890143EUR\n", "", "MT940-INCOMPLETE", 2),
        ("closing_in_dollars", "EUR754,50", "USD754,50", "MT940-CURRENCY", 11),
        ("beginning_missing", ":20:STMT20261120\n", "", "MT940-HEADLESS", 2),
    ],
)
def test_broken_statement_is_refused_with_its_line(
    case: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in WHOLE, case
    read = read_mt940(WHOLE.replace(old, new).encode())

    assert read.statements == (), case
    assert (read.findings[0].code, read.findings[0].line) == (code, line), case


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello", b"\x00\xff\xfe", b"-}"])
def test_what_is_no_statement_is_said_so(content: bytes) -> None:
    assert [finding.code for finding in read_mt940(content).findings] == ["MT940-EMPTY"]


def test_cut_anywhere_never_crashes_and_never_books_a_part() -> None:
    content = WHOLE.encode()
    end = content.index(b"754,50") + len(b"754,5")
    for length in range(end):
        read = read_mt940(content[:length])
        assert not read.statements, length
        assert read.findings, length


def test_pages_must_chain() -> None:
    first = ":20:A\n:25:1\n:28C:1/1\n:60F:C261119EUR10,00\n:62M:C261119EUR10,00\n-\n"
    second = ":20:A\n:25:1\n:28C:1/2\n:60M:C261119EUR11,00\n:62F:C261119EUR11,00\n-\n"

    read = read_mt940((first + second).encode())

    assert [finding.code for finding in read.findings] == ["MT940-CHAIN"]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "@@"])
def test_line_ends_of_all_banks(line_end: str) -> None:
    text = (line_end if line_end == "@@" else "") + WHOLE[WHOLE.index(":20:") :].replace(
        "\n", line_end
    )
    assert len(read_mt940(text.encode()).statements) == 1


def test_charset_is_reported() -> None:
    assert read_mt940(WHOLE.replace("interest", "intérêt").encode("latin-1")).encoding == (
        "iso-8859-1"
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    read = read_mt940(b":20:" + content)
    assert read.findings or read.statements


@needs_real_files
def test_second_opinion_of_the_mt940_library_agrees() -> None:
    """The well-kept library counts the same entries and the same sum on real files."""
    for name in ("svenstaro__mt940-rs/mt940/full/danskebank/MT940_FI_Example.sta",
                 "zilverline__mt940/ing/mt940_iban.txt"):  # fmt: skip
        content = (ROOT / "mt94x" / name).read_text()
        theirs = mt940.parse(content[content.index(":20:") :])
        (ours,) = read_mt940(content.encode()).statements
        assert len(theirs) == len(ours.entries)
        assert sum(entry.data["amount"].amount for entry in theirs) == ours.movement
