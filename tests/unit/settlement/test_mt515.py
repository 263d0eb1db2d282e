"""MT515 and MT518: what a confirmation says, and one broken field each.

No MT515 or MT518 is among the real files: these are written from the tables of the standard. The
real messages of other types are each said to be no confirmation.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.facts import Told
from settlement.formats.mt515 import FINDINGS_MAX, is_swift, read_mt515

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "confirmations.mt515"
ENVELOPE = "{1:F01BNPAFRPPAXXX0000000000}{2:I515VALMFRPPXXXXN}{4:\n"
BODY = """:16R:GENL
:20C::SEME//BNP-1
:23G:NEWM
:22F::TRTR//TRAD
:16R:LINK
:20C::RELA//T261120000001/1
:16S:LINK
:16R:LINK
:20C::TRRF//BNP-DEAL-7
:16S:LINK
:16S:GENL
:16R:CONFDET
:98C::TRAD//20261120101544
:98A::SETT//20261124
:90B::DEAL//ACTU/EUR60,5
:22H::BUSE//BUYI
:22H::PAYM//APMT
:16R:CONFPRTY
:95P::BUYR//VALMFRPP
:16S:CONFPRTY
:16R:CONFPRTY
:95P::SELL//BNPAFRPP
:16S:CONFPRTY
:36B::CONF//UNIT/1000,
:35B:ISIN FR0000131104
BNP PARIBAS
:16S:CONFDET
:16R:SETDET
:22F::SETR//TRAD
:16R:AMT
:19A::DEAL//EUR60500,
:16S:AMT
:16R:AMT
:19A::SETT//EUR60512,1
:16S:AMT
:16S:SETDET
"""
WHOLE = ENVELOPE + BODY + "-}\n"
MARKET = WHOLE.replace("{2:I515", "{2:I518").replace("BUSE//BUYI", "BUSE//SELL")
LEI = "R0MUWSFPU8MPRO8K5P83"
OUR_LEI = "969500DENOUEMENT0075"


def read(text: str, **known: tuple[str, ...]) -> Told:
    found = read_mt515(text.encode(), **known)
    assert found.findings == ()
    (told,) = found.told
    return told


def findings(text: str, **known: tuple[str, ...]) -> list[tuple[str, str, int | None, str]]:
    found = read_mt515(text.encode(), **known)
    assert found.told == ()
    return [(one.code, one.column, one.line, one.found) for one in found.findings]


def test_a_whole_confirmation_is_read_field_by_field() -> None:
    assert read(WHOLE) == Told(
        reference="BNP-1", our_reference="T261120000001", party="BNPAFRPP", isin="FR0000131104",
        side="SELL", quantity=Decimal(1000), price=Decimal("60.5"), amount=Decimal("60512.1"),
        currency="EUR", trade_date=date(2026, 11, 20), settlement_date=date(2026, 11, 24), line=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "old", "new", "field", "value"),
    [
        ("no decimals", "UNIT/1000,", "UNIT/7,", "quantity", Decimal(7)),
        ("nominal", "UNIT/1000,", "FAMT/2000000,", "quantity", Decimal(2_000_000)),
        ("amortised", "UNIT/1000,", "AMOR/1234,56", "quantity", Decimal("1234.56")),
        ("small", "UNIT/1000,", "UNIT/0,00000001", "quantity", Decimal("0.00000001")),
        ("percent", ":90B::DEAL//ACTU/EUR60,5", ":90A::DEAL//PRCT/101,25", "price",
         Decimal("101.25")),
        ("negative percent", ":90B::DEAL//ACTU/EUR60,5", ":90A::DEAL//PRCT/N0,35", "price",
         Decimal("-0.35")),
        ("negative price", "ACTU/EUR60,5", "ACTU/NEUR37,63", "price", Decimal("-37.63")),
        ("nothing paid", "SETT//EUR60512,1", "SETT//NEUR0,", "amount", Decimal(0)),
        ("a day alone", "98C::TRAD//20261120101544", "98A::TRAD//20261119", "trade_date",
         date(2026, 11, 19)),
        ("an hour of a zone", "98C::TRAD//20261120101544", "98E::TRAD//20261120101544,123/N0100",
         "trade_date", date(2026, 11, 20)),
        ("indicator as F", "22H::BUSE", "22F::BUSE", "side", "SELL"),
        ("sent again", ":23G:NEWM", ":23G:NEWM/DUPL", "function", "NEWM"),
        ("name beside the ISIN", "FR0000131104\nBNP PARIBAS", "FR0000131104  BNP", "isin",
         "FR0000131104"),
        ("their own number", "RELA//T261120000001/1", "RELA//X/77", "our_reference", "X/77"),
        ("our cancellation", "RELA//T261120000001/1", "RELA//T261120000001-2", "our_reference",
         "T261120000001"),
        ("none of ours", ":20C::RELA//T261120000001/1", ":20C::POOL//A", "our_reference", ""),
        ("identified", ":95P::SELL//BNPAFRPP", f":95Q::SELL//BNP\n:95L::ALTE//{LEI}", "party", LEI),
        ("by name alone", ":95P::SELL//BNPAFRPP", ":95Q::SELL//BNP PARIBAS", "party", "BNPAFRPP"),
        ("by a code", ":95P::SELL//BNPAFRPP", ":95R::SELL/CRST/111", "party", "BNPAFRPP"),
        ("one page", ":20C::SEME", ":28E:00001/ONLY\n:20C::SEME", "reference", "BNP-1"),
        ("accrued", ":19A::DEAL//", ":19A::ACRU//", "amount", Decimal("60512.1")),
        ("windows", "\n", "\r\n", "line", 1),
    ],
)  # fmt: skip
def test_what_a_field_may_say(case: str, old: str, new: str, field: str, value: object) -> None:
    assert old in WHOLE, case
    assert getattr(read(WHOLE.replace(old, new)), field) == value, case


def test_the_amount_settled_of_an_mt518_may_stand_in_its_details() -> None:
    moved = MARKET.replace(":16R:AMT\n:19A::SETT//EUR60512,1\n:16S:AMT\n", "")
    told = read(moved.replace(":22H::PAYM", ":19A::SETT//EUR60512,1\n:22H::PAYM"))

    assert (told.amount, told.side) == (Decimal("60512.1"), "SELL")


@pytest.mark.parametrize(
    ("case", "old", "new", "finding"),
    [
        ("no function", ":23G:NEWM\n", "", ("MT515-MISSING", "#1 :23G:", 1, "")),
        ("unknown function", ":23G:NEWM", ":23G:REPL", ("MT515-FUNCTION", "#1 :23G:", 4, "REPL")),
        ("a copy", ":23G:NEWM", ":23G:NEWM/COPY", ("MT515-FUNCTION", "#1 :23G:", 4, "NEWM/COPY")),
        ("no reference", ":20C::SEME//BNP-1\n", "", ("MT515-MISSING", "#1 :20C::SEME", 1, "")),
        ("slashes", "SEME//BNP-1", "SEME//B//1", ("MT515-FIELD", "#1 :20C::SEME", 3, "B//1")),
        ("slash ahead", "SEME//BNP-1", "SEME///B", ("MT515-FIELD", "#1 :20C::SEME", 3, "/B")),
        ("long", "SEME//BNP-1", "SEME//12345678901234567",
         ("MT515-FIELD", "#1 :20C::SEME", 3, "12345678901234567")),
        ("twice", ":98A::SETT//20261124", ":98A::SETT//20261124\n:98A::SETT//20261125",
         ("MT515-TWICE", "#1 :98A::SETT", 16, "20261125")),
        ("same day twice", ":98A::SETT//20261124", ":98A::SETT//20261124\n:98A::SETT//20261124",
         ("MT515-TWICE", "#1 :98A::SETT", 16, "20261124")),
        ("no day", ":98A::SETT//20261124\n", "", ("MT515-MISSING", "#1 :98A::SETT", 1, "")),
        ("31 February", "SETT//20261124", "SETT//20260231",
         ("MT515-FIELD", "#1 :98A::SETT", 15, "20260231")),
        ("two-digit year", "SETT//20261124", "SETT//261124",
         ("MT515-FIELD", "#1 :98A::SETT", 15, "261124")),
        ("when issued", ":98A::SETT//20261124", ":98B::SETT//WISS",
         ("MT515-FIELD", "#1 :98B::SETT", 15, "WISS")),
        ("another age", "SETT//20261124", "SETT//99991231",
         ("CNF-101", "#1 :98A::SETT", 15, "9999-12-31")),
        ("no price", ":90B::DEAL//ACTU/EUR60,5\n", "", ("MT515-MISSING", "#1 :90A::DEAL", 1, "")),
        ("a yield", ":90B::DEAL//ACTU/EUR60,5", ":90A::DEAL//YIEL/3,25",
         ("MT515-PRICE", "#1 :90A::DEAL", 16, "YIEL/3,25")),
        ("a discount", "DEAL//ACTU/EUR60,5", "DEAL//DISC/EUR60,5",
         ("MT515-PRICE", "#1 :90B::DEAL", 16, "DISC/EUR60,5")),
        ("an amount in percent", "DEAL//ACTU/EUR60,5", "DEAL//PRCT/EUR60,5",
         ("MT515-PRICE", "#1 :90B::DEAL", 16, "PRCT/EUR60,5")),
        ("no currency", "DEAL//ACTU/EUR60,5", "DEAL//ACTU/60,5",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/60,5")),
        ("a point", "ACTU/EUR60,5", "ACTU/EUR60.5",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/EUR60.5")),
        ("no comma", "ACTU/EUR60,5", "ACTU/EUR605",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/EUR605")),
        ("two commas", "ACTU/EUR60,5", "ACTU/EUR6,0,5",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/EUR6,0,5")),
        ("letters", "ACTU/EUR60,5", "ACTU/EURO,5",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/EURO,5")),
        ("other digits", "ACTU/EUR60,5", "ACTU/EUR٦٠,٥",
         ("MT515-FIELD", "#1 :90B::DEAL", 16, "ACTU/EUR٦٠,٥")),
        ("too fine", "ACTU/EUR60,5", "ACTU/EUR0,12345678901",
         ("CNF-101", "#1 :90B::DEAL", 16, "0.12345678901")),
        ("sixteen characters", "UNIT/1000,", "UNIT/100000000000000,",
         ("MT515-FIELD", "#1 :36B::CONF", 25, "UNIT/100000000000000,")),
        ("another currency", "ACTU/EUR60,5", "ACTU/USD60,5",
         ("MT515-CURRENCY", "#1 :90B::DEAL", 16, "USD")),
        ("no quantity", ":36B::CONF//UNIT/1000,\n", "",
         ("MT515-MISSING", "#1 :36B::CONF", 1, "")),
        ("nothing bought", "UNIT/1000,", "UNIT/0,", ("CNF-101", "#1 :36B::CONF", 25, "0")),
        ("unknown unit", "UNIT/1000,", "LOTS/1000,",
         ("MT515-FIELD", "#1 :36B::CONF", 25, "LOTS/1000,")),
        ("negative quantity", "UNIT/1000,", "UNIT/N1000,",
         ("MT515-FIELD", "#1 :36B::CONF", 25, "UNIT/N1000,")),
        ("check digit", "FR0000131104", "FR0000131105",
         ("CNF-101", "#1 :35B:", 26, "FR0000131105")),
        ("no ISIN", "ISIN FR0000131104", "/FR/13110",
         ("MT515-FIELD", "#1 :35B:", 26, "/FR/13110")),
        ("no amount", ":16R:AMT\n:19A::SETT//EUR60512,1\n:16S:AMT\n", "",
         ("MT515-MISSING", "#1 :19A::SETT", 1, "")),
        ("negative amount", "SETT//EUR60512,1", "SETT//NEUR60512,1",
         ("MT515-FIELD", "#1 :19A::SETT", 35, "NEUR60512,1")),
        ("amount too fine", "SETT//EUR60512,1", "SETT//EUR60512,12345",
         ("CNF-101", "#1 :19A::SETT", 35, "60512.12345")),
        ("two amounts", ":22H::PAYM", ":19A::SETT//EUR1,\n:22H::PAYM",
         ("MT515-TWICE", "#1 :19A::SETT", 36, "EUR60512,1")),
        ("no side", ":22H::BUSE//BUYI\n", "", ("MT515-MISSING", "#1 :22H::BUSE", 1, "")),
        ("a subscription", "BUSE//BUYI", "BUSE//SUBS",
         ("MT515-FIELD", "#1 :22H::BUSE", 17, "SUBS")),
        ("contradiction", "BUSE//BUYI", "BUSE//SELL",
         ("MT515-SIDE", "#1 :22H::BUSE", 17, "SELL")),
        ("a repo", ":16R:SETDET", ":16R:REPO\n:16S:REPO\n:16R:SETDET",
         ("MT515-LEGS", "#1 :16R:", 29, "REPO")),
        ("lent", "SETR//TRAD", "SETR//SECL", ("MT515-LEGS", "#1 :22F::SETR", 30, "SECL")),
        ("more pages", ":20C::SEME", ":28E:00001/MORE\n:20C::SEME",
         ("MT515-PAGES", "#1 :28E:", 3, "00001/MORE")),
        ("sequence", ":16S:CONFDET", ":16S:SETDET",
         ("MT515-SEQUENCE", "#1 :16S:", 28, "SETDET")),
        ("closed twice", ":16S:GENL", ":16S:GENL\n:16S:GENL",
         ("MT515-SEQUENCE", "#1 :16S:", 13, "GENL")),
        ("cut", ":19A::SETT//EUR60512,1\n:16S:AMT\n:16S:SETDET\n-}\n", "",
         ("MT515-TRUNCATED", "#1 :16S:", 1, "34")),
        ("no end", "-}\n", "", ("MT515-TRUNCATED", "#1 :16S:", 1, "37")),
        ("no head", ":16R:GENL\n", "", ("MT515-TRUNCATED", "#1 :20C:", 1, ":SEME//BNP-1")),
        ("nothing in it", BODY, "", ("MT515-TRUNCATED", "#1 :16R:", 1, "–")),
        ("hidden", "BNP PARIBAS", "BNP\x07PARIBAS", ("MT515-CONTROL", "#1 :35B:", 26, "U+0007")),
        ("another type", "I515", "I541", ("MT515-TYPE", "#1 :16R:", 1, "MT541")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_message_line_tag_and_value(
    case: str, old: str, new: str, finding: tuple[str, str, int, str]
) -> None:
    assert old in WHOLE, case

    assert findings(WHOLE.replace(old, new, 1)) == [finding], case


def test_everything_that_is_wrong_with_a_message_is_said_at_once() -> None:
    broken = WHOLE.replace("UNIT/1000,", "UNIT/x").replace("SETT//20261124", "SETT//2026")

    assert [one[1] for one in findings(broken)] == ["#1 :98A::SETT", "#1 :36B::CONF"]


def test_the_good_messages_of_a_file_are_read_beside_the_bad_ones() -> None:
    broken = WHOLE.replace("60,5", "60.5")
    other = WHOLE.replace("SEME//BNP-1", "SEME//BNP-2")

    found = read_mt515((WHOLE + broken + other).encode())

    assert [(told.reference, told.line) for told in found.told] == [("BNP-1", 1), ("BNP-2", 77)]
    assert [(one.column, one.line) for one in found.findings] == [("#2 :90B::DEAL", 54)]


def test_of_a_file_with_too_many_findings_no_more_is_read() -> None:
    found = read_mt515((WHOLE.replace("I515", "I541") * (FINDINGS_MAX + 50)).encode())

    assert len(found.findings) == FINDINGS_MAX + 1


# ------------------------------------------------------------------ who bought
@pytest.mark.parametrize(
    ("case", "text", "known", "side"),
    [
        ("the order of the receiver", WHOLE, {}, "SELL"),
        ("what the sender did", MARKET, {}, "SELL"),
        ("originator", BODY + f":16R:OTHRPRTY\n:95Q::MEOR//X\n:95L::ALTE//{LEI}\n:16S:OTHRPRTY\n",
         {"ours": ("VALMFRPP",)}, "SELL"),
        ("parties alone", BODY, {"ours": ("VALMFRPP",)}, "SELL"),
        ("branches are the bank", BODY, {"theirs": ("BNPAFRPP123",)}, "SELL"),
        ("by LEI", BODY.replace("VALMFRPP", f"VALMFRPP\n:95L::ALTE//{OUR_LEI}"),
         {"ours": (OUR_LEI,)}, "SELL"),
        ("indicator alone", WHOLE.replace("95P::BUYR//VALMFRPP", "95Q::BUYR//US")
         .replace("95P::SELL//BNPAFRPP", "95Q::SELL//BROKER"), {}, "SELL"),
        ("the agent of a broker", WHOLE.replace("SELL//BNPAFRPP", "SELL//ODDOFRPP"), {}, "SELL"),
    ],
)  # fmt: skip
def test_the_side_is_that_of_the_sender(
    case: str, text: str, known: dict[str, tuple[str, ...]], side: str
) -> None:
    assert read(text, **known).side == side, case


@pytest.mark.parametrize(
    ("case", "text", "known"),
    [
        ("nobody is known", BODY, {}),
        ("the sender is the other one", MARKET.replace("BUSE//SELL", "BUSE//BUYI"), {}),
        ("we bought and they say they did", WHOLE, {"theirs": ("VALMFRPP",)}),
    ],
)
def test_where_it_is_not_told_or_told_in_two_ways_there_is_no_side(
    case: str, text: str, known: dict[str, tuple[str, ...]]
) -> None:
    assert [one[:2] for one in findings(text, **known)] == [("MT515-SIDE", "#1 :22H::BUSE")], case


@pytest.mark.parametrize(
    ("case", "text", "ours"),
    [
        ("envelope", WHOLE, ("BNPAFRPP123",)),
        ("originator", BODY + ":16R:OTHRPRTY\n:95P::MEOR//BNPAFRPP\n:16S:OTHRPRTY\n",
         ("BNPAFRPP",)),
    ],
)  # fmt: skip
def test_what_we_sent_ourselves_confirms_nothing(
    case: str, text: str, ours: tuple[str, ...]
) -> None:
    found = findings(text, ours=ours)

    assert [(code, value) for code, _place, _line, value in found] == [("MT515-OURS", "BNPAFRPP")]


# ------------------------------------------------------------------ taken back
def test_a_cancellation_names_the_message_that_it_takes_back() -> None:
    link = ":16R:LINK\n:20C::PREV//BNP-1\n:16S:LINK\n:16S:GENL"
    told = read(
        WHOLE.replace("NEWM", "CANC").replace("SEME//BNP-1", "SEME//BNP-9")
        .replace(":16S:GENL", link)
    )  # fmt: skip

    assert (told.reference, told.version, told.function) == ("BNP-1", 2, "CANC")
    assert told.terms().keys() == {"reference", "version", "function", "our_reference"}


def test_a_cancellation_of_nothing_is_refused() -> None:
    assert findings(WHOLE.replace("NEWM", "CANC")) == [("MT515-MISSING", "#1 :20C::PREV", 1, "")]


# ------------------------------------------------------------------ files
def test_the_example_of_the_documents_is_read() -> None:
    found = read_mt515(EXAMPLE.read_bytes())

    assert found.findings == ()
    assert [(one.reference, one.function, one.side) for one in found.told] == [
        ("BNP20261120A0001", "NEWM", "SELL"),
        ("BNP20261120A0002", "NEWM", "BUY"),
        ("BNP20261119A0077", "CANC", ""),
    ]


def test_real_messages_of_other_types_are_no_confirmations(shared_data: Path) -> None:
    files = [
        path for path in sorted((shared_data / "swift-mt").rglob("*"))
        if path.suffix in (".fin", ".txt")
    ]  # fmt: skip

    assert files
    for path in files:
        content = path.read_bytes()
        found = read_mt515(content)
        assert is_swift(content), path.name
        assert found.told == (), path.name
        assert {one.code for one in found.findings} == {"MT515-TYPE"}, path.name
        assert all(one.found.startswith("MT") for one in found.findings), path.name


def test_real_statements_are_no_confirmations(shared_data: Path) -> None:
    for path in sorted((shared_data / "mt94x").rglob("*")):
        if path.is_file():
            found = read_mt515(path.read_bytes())
            assert (found.told, bool(found.findings)) == ((), True), path.name


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (WHOLE.encode(), True), (BODY.encode(), True), (b"\r\n$\x01" + WHOLE.encode(), True),
        (WHOLE.encode("utf-16"), True), (b"\xef\xbb\xbf" + WHOLE.encode(), True),
        (b"reference;isin\nA;FR", False), (b"", False), (b"PK\x03\x04", False), (b"{}", False),
    ],
)  # fmt: skip
def test_a_file_is_told_by_how_it_begins(content: bytes, is_one: bool) -> None:  # noqa: FBT001 - a case
    assert is_swift(content) is is_one


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = read_mt515(content)

    assert found.findings or found.told


LINES = BODY.splitlines()


@given(st.lists(st.sampled_from([*LINES, ENVELOPE.strip(), "-}", "-", "", ":16R:", "{4:", "$"])))
def test_any_order_of_lines_is_read_or_refused(lines: list[str]) -> None:
    found = read_mt515("\n".join(lines).encode(), ours=("VALMFRPP",))

    assert found.findings or found.told
