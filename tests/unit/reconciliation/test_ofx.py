"""OFX: SGML and XML say the same; what is no number, no date or told twice is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.formats.known import format_of
from reconciliation.formats.ofx import read_ofx
from reconciliation.states import FileFormat

SGML = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1
<STMTRS>
<CURDEF>EUR
<BANKACCTFROM><BANKID>30004<ACCTID>00001234567<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261119<DTEND>20261120
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261120120000[+1:CET]<TRNAMT>-250.50<FITID>F1
<REFNUM>T000000001<NAME>ACHAT<MEMO>FR0000131104 &amp; frais
</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261120<DTAVAIL>20261121<TRNAMT>+10,01<FITID>F2<NAME>AVOIR
</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>759.51<DTASOF>20261120</LEDGERBAL>
<AVAILBAL><BALAMT>100.00<DTASOF>20261120</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
XML = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF>
<BANKACCTFROM><BANKID>30004</BANKID><ACCTID>00001234567</ACCTID></BANKACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261120</DTPOSTED>
<TRNAMT>-250.50</TRNAMT><FITID>F1</FITID></STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>749.50</BALAMT><DTASOF>20261120</DTASOF></LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"""


def test_sgml_is_read_field_by_field() -> None:
    told = read_ofx(SGML.encode())

    (statement,) = told.statements
    assert told.findings == ()
    assert format_of(SGML.encode()) is FileFormat.OFX
    assert (statement.account, statement.currency) == ("30004/00001234567", "EUR")
    assert (statement.opening.amount, statement.closing.amount) == (
        Decimal("1000.00"), Decimal("759.51"),
    )  # fmt: skip
    paid, credited = statement.entries
    assert (paid.amount, paid.reference, paid.bank_reference, paid.line) == (
        Decimal("-250.50"), "T000000001", "F1", 14,
    )  # fmt: skip
    assert paid.description == "ACHAT FR0000131104 & frais"
    assert (credited.amount, credited.value_date) == (Decimal("10.01"), date(2026, 11, 21))


def test_xml_and_cards_are_read_as_well() -> None:
    card = XML.replace("STMTRS", "CCSTMTRS").replace("BANKACCTFROM", "CCACCTFROM")

    for text in (XML, card):
        (statement,) = read_ofx(text.encode()).statements
        assert statement.opening.amount == Decimal("1000.00")
        assert format_of(text.encode()) is FileFormat.OFX


@pytest.mark.parametrize(
    ("case", "old", "new", "code", "line"),
    [
        ("amount", "<TRNAMT>-250.50", "<TRNAMT>much", "OFX-AMOUNT", 14),
        ("nan", "<BALAMT>759.51", "<BALAMT>NaN", "OFX-AMOUNT", 20),
        ("five_decimals", "<TRNAMT>-250.50", "<TRNAMT>-250.50001", "OFX-AMOUNT", 14),
        ("thousands", "<TRNAMT>-250.50", "<TRNAMT>-1,234", "OFX-AMOUNT", 14),
        ("round_thousands", "<BALAMT>759.51", "<BALAMT>1,000", "OFX-AMOUNT", 20),
        ("no_amount", "<TRNAMT>-250.50", "", "OFX-AMOUNT", 14),
        ("31_february", "<DTPOSTED>20261120120000[+1:CET]", "<DTPOSTED>20260231", "OFX-DATE", 14),
        ("no_date", "<DTASOF>20261120</LEDGER", "</LEDGER", "OFX-DATE", 20),
        ("no_balance", "LEDGERBAL", "OTHERBAL", "OFX-BALANCE", 10),
        ("no_account", "<ACCTID>00001234567", "", "OFX-ACCOUNT", 10),
        ("no_currency", "<CURDEF>EUR", "", "OFX-CURRENCY", 10),
        ("dollars", "<FITID>F1", "<FITID>F1<CURRENCY><CURSYM>USD</CURRENCY>", "OFX-CURRENCY", 14),
        ("twice", "<FITID>F2", "<FITID>F1", "OFX-TWICE", 17),
        ("cut_off", "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>", "", "OFX-INCOMPLETE", 10),
        ("investments", "<STMTRS>", "<INVSTMTRS>", "OFX-KIND", 10),
        ("entity", "<OFX>", "<!DOCTYPE a [<!ENTITY b 'c'>]><OFX>", "OFX-DTD", 1),
        ("empty", "STMTRS", "STMTTRS", "OFX-EMPTY", 1),
    ],
)
def test_broken_statement_is_refused_with_its_line(
    case: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in SGML, case
    told = read_ofx(SGML.replace(old, new).encode())

    assert not told.statements, case
    assert (told.findings[0].code, told.findings[0].line) == (code, line), case


def test_french_letters_of_the_code_page_are_read() -> None:
    told = read_ofx(SGML.replace("AVOIR", "AVOIR RÉGLÉ €").encode("cp1252"))

    assert told.encoding == "cp1252"
    assert told.statements[0].entries[1].description == "AVOIR RÉGLÉ €"


@given(st.integers(0, len(SGML)))
def test_cut_anywhere_never_crashes_and_never_books_a_part(length: int) -> None:
    told = read_ofx(SGML.encode()[:length])

    assert told.findings or len(told.statements[0].entries) == 2
