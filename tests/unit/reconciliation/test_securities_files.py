"""MT535, MT536, semt.002 and semt.017 say the same things, and are refused for the same ones."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reconciliation.formats.known import content_of, format_of, read_securities
from reconciliation.states import Content
from tests.unit.reconciliation.real_files import ROOT, needs_real_files
from tests.unit.reconciliation.securities_files import MT535, MT536, SEMT002, SEMT017

STOCK = {"MT535": MT535, "SEMT002": SEMT002}
MOVES = {"MT536": MT536, "SEMT017": SEMT017}
ALL = STOCK | MOVES


@pytest.mark.parametrize("kind", STOCK)
def test_holdings_are_read_field_by_field(kind: str) -> None:
    content = STOCK[kind].encode()
    assert (format_of(content), content_of(format_of(content))) == (kind, Content.STOCK)

    told = read_securities(kind, content)

    assert told.findings == ()
    (page,) = told.pages
    assert (page.account, page.page, page.is_last) == ("12345678", 1, True)
    assert page.last_day == date(2026, 11, 20)
    held, short = page.lines
    assert (held.isin, held.name, held.quantity_type) == ("FR0000131104", "BNP PARIBAS", "UNIT")
    assert (held.quantity, held.available) == (1000, 900)
    assert (held.amount, held.currency) == (Decimal("56780.50"), "EUR")
    assert (short.quantity, short.amount) == (-50, None)


@pytest.mark.parametrize("kind", MOVES)
def test_movements_are_read_field_by_field(kind: str) -> None:
    content = MOVES[kind].encode()
    assert (format_of(content), content_of(format_of(content))) == (kind, Content.MOVES)

    told = read_securities(kind, content)

    assert told.findings == ()
    (page,) = told.pages
    assert (page.first_day, page.last_day) == (date(2026, 11, 19), date(2026, 11, 20))
    came, went = page.lines
    assert (came.quantity, came.amount, came.currency) == (100, -1000, "EUR")
    assert (came.reference, came.their_reference) == ("T000000001", "CACE77")
    assert (came.trade_date, came.settlement_date) == (date(2026, 11, 18), date(2026, 11, 20))
    assert (went.quantity, went.amount, went.reference) == (-30, None, "")


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("MT535", "FR0000131104", "FR0000131105", "MT535-ISIN"),
        ("MT535", "AGGR//UNIT/1000,", "AGGR//UNIT/many", "MT535-FIELD"),
        ("MT535", ":93B::AGGR//UNIT/1000,\n", "", "MT535-MISSING"),
        ("MT535", ":97A::SAFE//12345678\n", "", "MT535-MISSING"),
        ("MT535", "STAT//20261120", "STAT//20260231", "MT535-FIELD"),
        ("MT535", "HOLD//EUR56780,50", "HOLD//56780,50", "MT535-FIELD"),
        ("MT535", ":28E:1/ONLY", ":28E:2/LAST", "SEC-PAGE"),
        ("MT535", ":28E:1/ONLY", ":28E:1/MORE", "SEC-PAGE"),
        ("MT535", ":28E:1/ONLY", ":28E:one", "MT535-FIELD"),
        ("MT535", ":16S:SUBSAFE\n-}", "", "MT515-TRUNCATED"),
        ("MT535", "{2:I535", "{2:I537", "MT535-KIND"),
        ("MT535", "FR0000131104", "FR0000131104\nA\x00B", "SEC-LENGTH"),
        ("MT536", "FICL//UNIT/970,", "FICL//UNIT/971,", "SEC-PROOF"),
        ("MT536", "REDE//DELI", "REDE//GIVE", "MT536-FIELD"),
        ("MT536", "STAT//20261119/20261120", "STAT//20261119", "MT536-FIELD"),
        ("MT536", ":36B::PSTA//UNIT/30,\n", "", "MT536-MISSING"),
        ("SEMT002", "FR0000131104", "FR0000131105", "SEMT-ISIN"),
        ("SEMT002", "<Unit>1000<", "<Unit>NaN<", "SEMT-FIELD"),
        ("SEMT002", "<Unit>1000</Unit>", "", "SEMT-MISSING"),
        ("SEMT002", "<PgNb>1<", "<PgNb>3<", "SEC-PAGE"),
        ("SEMT002", "<LastPgInd>true<", "<LastPgInd>false<", "SEC-PAGE"),
        ("SEMT002", "<Dt>2026-11-20<", "<Dt>2026-02-31<", "SEMT-DATE"),
        ("SEMT002", "<SfkpgAcct><Id>12345678</Id></SfkpgAcct>", "", "SEMT-MISSING"),
        ("SEMT002", "</Document>", "", "SEMT-XML"),
        ("SEMT002", "<Document ", "<!DOCTYPE a [<!ENTITY b 'c'>]><Document ", "SEMT-DTD"),
        ("SEMT002", "SctiesBalCtdyRpt", "SctiesAcctgRpt", "SEMT-EMPTY"),
        ("SEMT002", "<PgNb>1<", "<PgNb>100000000000<", "SEC-LENGTH"),
        ("SEMT002", 'Ccy="EUR"', 'Ccy="EUROS"', "SEC-CURRENCY"),
        ("SEMT017", "<Unit>970<", "<Unit>971<", "SEC-PROOF"),
        ("SEMT017", "<SctiesMvmntTp>DELI<", "<SctiesMvmntTp>GIVE<", "SEMT-FIELD"),
        ("SEMT017", ">1000.00<", ">1e400<", "SEMT-FIELD"),
        ("SEMT017", "<ToDt>2026-11-20</ToDt>", "", "SEMT-MISSING"),
    ],
)
def test_what_is_broken_is_refused_with_its_line(kind: str, old: str, new: str, code: str) -> None:
    assert old in ALL[kind]
    told = read_securities(kind, ALL[kind].replace(old, new).encode())

    assert [finding.code for finding in told.findings][:1] == [code]
    assert all(finding.line for finding in told.findings)


def test_pages_of_one_statement_chain_and_their_quantities_go_on() -> None:
    first = MT536.replace("1/ONLY", "1/MORE").replace(":93B::FICL//UNIT/970,\n", "")
    second = MT536.replace("1/ONLY", "2/LAST").replace(":93B::FIOP//UNIT/900,\n", "")
    second = second.replace("FICL//UNIT/970,", "FICL//UNIT/1040,")

    told = read_securities("MT536", (first + second).encode())

    assert told.findings == ()
    assert [page.page for page in told.pages] == [1, 2]


def test_what_follows_a_last_page_is_another_statement() -> None:
    """Two days in one file, neither of them numbered."""
    second = MT536.replace("20261119/20261120", "20261121/20261122")
    second = second.replace("FIOP//UNIT/900,", "FIOP//UNIT/970,")
    second = second.replace("FICL//UNIT/970,", "FICL//UNIT/1040,")

    told = read_securities("MT536", (MT536 + second).encode())

    assert told.findings == ()
    assert [(page.page, page.is_last) for page in told.pages] == [(1, True), (1, True)]


@pytest.mark.parametrize("kind", ALL)
@given(data=st.data())
def test_cut_anywhere_never_crashes_and_is_told(kind: str, data: st.DataObject) -> None:
    content = ALL[kind].encode()
    length = data.draw(st.integers(0, len(content) - 10))

    assert read_securities(kind, content[:length]).findings


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(content: bytes) -> None:
    for kind in ALL:
        assert read_securities(kind, content).findings


@needs_real_files
@pytest.mark.parametrize("kind", ["SEMT002"])
def test_our_sample_is_valid_by_the_schema(kind: str) -> None:
    path = ROOT / "iso20022-xsd/teghnet__iso20022/semt.002.001.11.xsd"
    schema = etree.XMLSchema(etree.parse(str(path)))

    schema.assertValid(etree.fromstring(ALL[kind].encode()))
