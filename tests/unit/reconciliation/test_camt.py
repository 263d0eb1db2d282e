"""camt.052, 053 and 054: wrappers, prefixes and CDATA do not matter; numbers and dates do."""

from datetime import date
from decimal import Decimal

import pytest

from reconciliation.formats.camt import read_camt
from reconciliation.formats.known import format_of
from reconciliation.states import FileFormat, Purpose
from tests.unit.reconciliation.real_files import ROOT, needs_real_files

ENTRY = """<Ntry><NtryRef>N1</NtryRef><Amt Ccy="EUR">250.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-20</Dt></ValDt>
<AcctSvcrRef>BANK77</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>T0001</EndToEndId></Refs>
<RmtInf><Ustrd>settlement</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>"""
DOCUMENT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
    "<Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>"
    "<Acct><Id><IBAN>FR7630004000031234567890143</IBAN></Id></Acct>"
    + BALANCE.format(code="OPBD", amount="1000.00")
    + BALANCE.format(code="CLBD", amount="749.50")
    + ENTRY
    + "</Stmt></BkToCstmrStmt></Document>"
)


def prefixed(text: str) -> str:
    return (
        text.replace("</", "</d:").replace("<", "<d:").replace("<d:/d:", "</d:")
        .replace("xmlns=", "xmlns:d=")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("plain", DOCUMENT),
        ("declared", '<?xml version="1.0" encoding="UTF-8"?>' + DOCUMENT),
        ("data_pdu", f"<DataPDU><Body>{DOCUMENT}</Body></DataPDU>"),
        ("cdata", f"<Envelope><Payload><![CDATA[{DOCUMENT}]]></Payload></Envelope>"),
        ("prefix", prefixed(DOCUMENT)),
        ("comment_in_a_value", DOCUMENT.replace("250.50", "250<!-- pence -->.50")),
    ],
)
def test_one_statement_in_every_wrapping(case: str, text: str) -> None:
    read = read_camt(text.encode())

    assert read.findings == (), case
    (statement,) = read.statements
    assert statement.account == "FR7630004000031234567890143"
    (entry,) = statement.entries
    assert entry.amount == Decimal("-250.50")
    assert (entry.reference, entry.bank_reference) == ("T0001", "BANK77")


@pytest.mark.parametrize(
    ("case", "old", "new", "code"),
    [
        ("proof", "749.50", "749.51", "CAMT-PROOF"),
        ("nan", ">250.50<", ">NaN<", "CAMT-AMOUNT"),
        ("exponent", ">250.50<", ">1e400<", "CAMT-AMOUNT"),
        ("negative", ">250.50<", ">-250.50<", "CAMT-AMOUNT"),
        ("five_decimals", ">250.50<", ">250.50001<", "CAMT-AMOUNT"),
        ("31_february", "<ValDt><Dt>2026-11-20", "<ValDt><Dt>2026-02-31", "CAMT-DATE"),
        ("no_sign", "DBIT", "DEBIT", "CAMT-SIGN"),
        ("other_currency", 'Ccy="EUR">250.50', 'Ccy="USD">250.50', "CAMT-CURRENCY"),
        ("no_opening", "OPBD", "OPAV", "CAMT-BALANCE"),
        ("no_account", "<IBAN>FR7630004000031234567890143</IBAN>", "", "CAMT-ACCOUNT"),
        ("truncated", "</Stmt></BkToCstmrStmt></Document>", "", "CAMT-XML"),
        ("another_message", "BkToCstmrStmt", "CstmrCdtTrfInitn", "CAMT-EMPTY"),
    ],
)
def test_broken_statement_is_refused(case: str, old: str, new: str, code: str) -> None:
    read = read_camt(DOCUMENT.replace(old, new).encode())

    assert read.statements == (), case
    assert read.findings[0].code == code, case
    assert read.findings[0].line, case


def test_pending_entries_are_counted_not_booked() -> None:
    text = DOCUMENT.replace("</Stmt>", ENTRY.replace("BOOK<", "PDNG<") + "</Stmt>")

    (statement,) = read_camt(text.encode()).statements

    assert (len(statement.entries), statement.pending) == (1, 1)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Document>&c;</Document>'
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>'


@pytest.mark.parametrize("text", [BOMB, EXTERNAL])
def test_document_type_is_refused_before_anything_expands(text: str) -> None:
    read = read_camt(text.encode())

    assert [finding.code for finding in read.findings] == ["CAMT-DTD"]


@pytest.mark.parametrize("content", [b"", b"\x00", b":20:MT940", b"<a>", b"\xff\xfe<"])
def test_what_is_no_xml_is_said_so(content: bytes) -> None:
    assert read_camt(content).findings[0].code == "CAMT-XML"


@pytest.mark.parametrize(
    ("case", "old", "new", "line"),
    [
        ("proof", "749.50", "749.51", 23),
        ("sign", ">DBIT<", ">DEBIT<", 38),
        ("day", "<ValDt><Dt>2026-11-20", "<ValDt><Dt>2026-02-31", 43),
        ("other_currency", 'Ccy="EUR">250.50', 'Ccy="USD">250.50', 37),
    ],
)
def test_a_finding_names_the_line_of_what_is_wrong(
    case: str, old: str, new: str, line: int
) -> None:
    spread = DOCUMENT.replace(old, new).replace("><", ">\n<")
    (finding,) = read_camt(spread.encode()).findings

    assert finding.line == line, case
    assert f"<{finding.column}" in spread.split("\n")[line - 1]


def test_a_statement_that_does_not_add_up_is_shown_and_not_booked() -> None:
    read = read_camt(DOCUMENT.replace("749.50", "749.51").encode())

    assert read.statements == ()
    assert [len(statement.entries) for statement in read.unproved] == [1]


@needs_real_files
@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("camt/OCA__bank-statement-import/test-camt053.xml", 38),
        ("camt/genkgo__camt/camt053.v8.xml", 74),
    ],
)
def test_a_real_file_names_the_line_of_its_closing_balance(path: str, line: int) -> None:
    content = (ROOT / path).read_bytes()
    (finding,) = read_camt(content).findings

    assert (finding.column, finding.line) == ("Bal", line)
    assert b"<Bal>" in content.split(b"\n")[line - 1]


def as_report(root: str, item: str, text: str = DOCUMENT) -> str:
    return text.replace("BkToCstmrStmt", root).replace("Stmt>", f"{item}>")


@pytest.mark.parametrize(
    ("root", "item", "purpose", "file_format"),
    [
        ("BkToCstmrAcctRpt", "Rpt", Purpose.INTRADAY, FileFormat.CAMT052),
        ("BkToCstmrAcctRptV01", "Rpt", Purpose.INTRADAY, FileFormat.CAMT052),
        ("BkToCstmrDbtCdtNtfctn", "Ntfctn", Purpose.ADVICE, FileFormat.CAMT054),
    ],
)
def test_reports_and_advices_prove_no_balance(
    root: str, item: str, purpose: Purpose, file_format: FileFormat
) -> None:
    text = as_report(root, item).replace("camt.053", "camt.05x").replace("749.50", "1.00")

    (report,) = read_camt(text.encode()).reports

    assert (report.purpose, report.currency, len(report.entries)) == (purpose, "EUR", 1)
    assert report.day == date(2026, 11, 20)
    assert format_of(text.encode()) is file_format


SUMMARY = (
    "<TxsSummry><TtlCdtNtries><NbOfNtries>0</NbOfNtries><Sum>0</Sum></TtlCdtNtries>"
    "<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>250.50</Sum></TtlDbtNtries></TxsSummry>"
)


@pytest.mark.parametrize(
    ("case", "old", "new", "codes"),
    [
        ("right", "", "", []),
        ("number", "<NbOfNtries>1<", "<NbOfNtries>2<", ["CAMT-TOTAL"]),
        ("sum", "<Sum>250.50<", "<Sum>250.05<", ["CAMT-TOTAL"]),
        ("credits", "<Sum>0<", "<Sum>1<", ["CAMT-TOTAL"]),
        ("no_number", "<Sum>250.50<", "<Sum>many<", ["CAMT-TOTAL"]),
    ],
)
def test_the_summary_of_a_message_is_checked(
    case: str, old: str, new: str, codes: list[str]
) -> None:
    text = DOCUMENT.replace("<Ntry>", SUMMARY.replace(old, new) + "<Ntry>", 1)

    read = read_camt(text.encode())

    assert [finding.code for finding in read.findings] == codes, case
    assert len(read.unproved) == len(codes), case
