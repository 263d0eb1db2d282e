"""Loading real files: whole, once, repeatable, and nothing half-done."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.access import Forbidden
from core.models import OutboxEvent
from core.roles import Role
from desk.models import Request
from desk.services import granting
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import selectors, services
from refdata.formats.source import UnreadableReferenceFile
from refdata.models import FileImport, FxRate, Instrument, InstrumentListing, Party, Price, Venue
from tests.factories import refdata as factories
from tests.factories import static_data
from tests.factories.trades import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOBODY = Actor(name="nobody", kind=ActorKind.PERSON, user_id=0)
PRICES = b"isin,day,close,currency\nFR0000120271,2026-11-19,55.12,EUR\n"


def load(kind: str, content: bytes, name: str = "file", actor: Actor = SYSTEM) -> FileImport:
    return services.load_file(kind=kind, name=name, content=content, actor=actor, at=AT)


def one(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def test_the_market_list_goes_in_by_command_and_the_second_time_is_refused(
    shared_data: Path,
) -> None:
    path = one(shared_data, "reference/*/ISO10383_MIC.xml")
    told = StringIO()

    call_command("import_file", "mic", str(path), stdout=told)

    assert Venue.objects.count() == 2580
    assert "venues_new=2580" in told.getvalue()
    with pytest.raises(CommandError, match=r"FILE_ALREADY_LOADED.*by system.*ISO10383_MIC.xml"):
        call_command("import_file", "mic", str(path))


def test_the_same_rows_in_another_file_change_nothing(shared_data: Path) -> None:
    content = one(shared_data, "reference/*/ISO10383_MIC.xml").read_bytes()
    load("mic", content)

    again = load("mic", content + b"\n")

    assert again.counts == {"venues_new": 0, "venues_changed": 0, "venues_unchanged": 2580}


def test_rates_of_the_central_bank_answer_with_the_latest_known_day(shared_data: Path) -> None:
    load("ecb", one(shared_data, "reference/*/eurofxref-hist_2023on.csv").read_bytes())

    assert FxRate.objects.count() == 25010
    assert selectors.fx_rate("USD", date(2026, 4, 12)) == Decimal("1.1711")
    assert selectors.fx_rate("EUR", date(2026, 4, 12)) == 1
    assert selectors.fx_rate("XXX", date(2026, 4, 12)) is None
    assert selectors.fx_rates(date(2026, 4, 13))["GBP"] == Decimal("0.87058")


def test_legal_entities_meet_the_party_that_has_their_lei(shared_data: Path) -> None:
    factories.PartyFactory.create(code="PUMA", name="Puma", lei="529900GRZ2BQY5ZM9N49")
    folder = "reference/NotAProfDev__gleif-rs/lei_records"

    content = one(shared_data, f"{folder}/multi_lei_records.json").read_bytes()

    loaded = load("lei", content, actor=person("lou"))

    assert loaded.counts == {
        "parties_new": 11, "parties_changed": 1, "parties_unchanged": 0, "parties_to_ask": 1,
    }  # fmt: skip
    puma = Party.objects.get(code="PUMA")
    assert (puma.name, puma.lei_status) == ("Puma", "ISSUED")
    assert static_data.granted() == 1
    puma.refresh_from_db()
    assert puma.name == "PUMA SE"
    assert Party.objects.get(lei="INR2EJN1ERAN0W5ZP974").is_counterparty is False


GLEIF = (
    b"LEI,Entity.LegalName,Entity.LegalAddress.Country,Registration.RegistrationStatus,"
    b"Registration.NextRenewalDate\n"
)


def test_what_a_file_says_otherwise_is_asked_once_and_at_the_console_it_is_told() -> None:
    known = factories.PartyFactory.create(code="ACME", name="Acme", country="FR")
    content = GLEIF + f"{known.lei},Acme SA,LU,LAPSED,\n".encode()
    told = load("lei", content)
    known.refresh_from_db()
    assert (known.name, known.country, known.lei_status) == ("Acme", "FR", "LAPSED")
    assert [shape["code"] for shape in told.findings] == ["REF-018", "REF-018"]
    assert not Request.objects.exists()

    for n in range(3):
        load("lei", content + b"\n" * (n + 1), actor=person("lou"))
        row = Request.objects.get()
    assert (row.asked_by, list(row.content["changes"])) == ("lou", ["name", "country"])
    granting.refuse_request(
        request_id=row.pk, note="it is called Acme", actor=person("sue", Role.SUPERVISOR), at=AT
    )
    load("lei", content + b"\n" * 9, actor=person("lou"))

    assert Request.objects.get().state == "REFUSED", "what was refused is not asked again"


def test_a_firds_delta_brings_listings_and_the_instruments_nobody_entered(
    shared_data: Path,
) -> None:
    loaded = load("firds", one(shared_data, "mifir/*/firds/DLTINS*.xml").read_bytes())

    gone = InstrumentListing.objects.get(isin="CA04031A1021", mic="BERB")
    assert (loaded.counts["listings_new"], gone.status) == (5, "INACTIVE")
    assert set(Instrument.objects.values_list("isin", "asset_class")) == {
        ("CA37956H1082", "EQUITY"),
        ("CA46435V1094", "ETF"),
        ("CA04031A2011", "EQUITY"),
        ("CH1143296924", "BOND"),
    }


def test_prices_of_unknown_instruments_and_other_currencies_are_findings() -> None:
    factories.InstrumentFactory.create(isin="FR0000120271")
    factories.InstrumentFactory.create(isin="FR0000131104")
    content = PRICES + (
        b"FR0000131104,2026-11-19,80,USD\nFR0000120628,2026-11-19,30,EUR\n"
        b"FR0000120271,2026-11-20,55.5,\n"
    )

    loaded = load("prices", content)

    assert (loaded.good_rows, loaded.bad_rows) == (2, 2)
    assert [(f["code"], f["line"], f["found"]) for f in loaded.findings] == [
        ("REF-014", 3, "USD"),
        ("REF-013", 4, "FR0000120628"),
    ]
    told = OutboxEvent.objects.get(event="refdata.prices_loaded")
    assert told.payload == {"isins": ["FR0000120271"]}
    last = selectors.last_prices(["FR0000120271", "FR0000131104"], date(2026, 11, 19))
    assert {isin: (price.day, price.close) for isin, price in last.items()} == {
        "FR0000120271": (date(2026, 11, 19), Decimal("55.12"))
    }


def test_the_window_of_a_price_is_of_its_source_and_names_the_others() -> None:
    share = factories.InstrumentFactory.create(isin="FR0000120271")
    closes = {17: "50", 18: "51", 19: "50.49"}  # up two percent, down one
    for day, close in closes.items():
        Price.objects.create(
            instrument=share, day=date(2026, 11, day), source="A", close=Decimal(close)
        )
    for day, close in ((19, "50.60"), (16, "10")):
        Price.objects.create(
            instrument=share, day=date(2026, 11, day), source="B", close=Decimal(close)
        )

    (found,) = selectors.last_prices(["FR0000120271"], date(2026, 11, 20)).values()
    (before,) = selectors.last_prices(["FR0000120271"], date(2026, 11, 18)).values()

    assert (found.usual_move, found.moves) == (Decimal(1), 2)
    assert found.others == (("B", Decimal("50.6")),)
    assert (before.usual_move, before.moves, before.others) == (Decimal(2), 1, ())
    assert selectors.last_prices(["FR0000120271"], date(2026, 11, 1)) == {}


def test_the_range_of_a_day_stays_where_a_later_file_does_not_tell_it() -> None:
    factories.InstrumentFactory.create(isin="FR0000120271")
    load("prices", b"isin,day,close,high,low\nFR0000120271,2026-11-19,55.12,55.5,54.9\n")

    load("prices", b"isin,day,close\nFR0000120271,2026-11-19,55.13\n")

    (last,) = selectors.last_prices(["FR0000120271"], date(2026, 11, 19)).values()
    assert (last.close, last.high, last.low) == tuple(map(Decimal, ("55.13", "55.5", "54.9")))


def test_a_preview_counts_what_would_happen_and_writes_nothing() -> None:
    factories.InstrumentFactory.create(isin="FR0000120271")

    preview = services.preview_file(kind="prices", content=PRICES, at=AT)

    assert (preview.good_rows, preview.counts["prices_new"]) == (1, 1)
    assert not Price.objects.exists()
    assert not FileImport.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content", "refusal"),
    [
        ("prices", b"", UnreadableReferenceFile),
        ("prices", b"isin,day\n", UnreadableReferenceFile),
        ("holidays", b"x", services.UnknownFileKind),
    ],
)
def test_what_cannot_be_read_leaves_no_trace(
    kind: str, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        load(kind, content)
    assert not FileImport.objects.exists()


def test_loading_needs_the_right_to_import() -> None:
    with pytest.raises(Forbidden):
        services.load_file(kind="prices", name="p", content=PRICES, actor=NOBODY, at=AT)


def test_a_missing_file_is_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_file", "mic", str(tmp_path / "nothing.xml"))


MIC_HEAD = (
    b"MIC,OPERATING MIC,MARKET NAME-INSTITUTION DESCRIPTION,ISO COUNTRY CODE (ISO 3166),"
    b"MARKET CATEGORY CODE,STATUS\n"
)
PERSON = {"lei": "529900GRZ2BQY5ZM9N49", "entity": {"legalName": {"name": "Good"}}}


def _legal(name: str, status: str) -> dict[str, object]:
    """Return a record of the API under another LEI, with one thing wrong."""
    entity = {"legalName": {"name": name}, "legalAddress": {"country": "FR"}}
    return {"lei": "INR2EJN1ERAN0W5ZP974", "entity": entity, "registration": {"status": status}}


def _firds(isin: str, currency: str, maturity: str = "9999-12-31") -> str:
    return (
        f"<RefData><FinInstrmGnlAttrbts><Id>{isin}</Id><FullNm>N</FullNm>"
        f"<ClssfctnTp>ESVUFR</ClssfctnTp><NtnlCcy>{currency}</NtnlCcy></FinInstrmGnlAttrbts>"
        f"<TradgVnRltdAttrbts><Id>XPAR</Id></TradgVnRltdAttrbts><DebtInstrmAttrbts><MtrtyDt>"
        f"{maturity}</MtrtyDt></DebtInstrmAttrbts></RefData>"
    )


UNKEPT: dict[str, tuple[str, bytes, tuple[str, int]]] = {
    "a name of 300 characters": (
        "mic", MIC_HEAD + b"XAAA,XAAA," + b"N" * 300 + b",FR,OTFS,ACTIVE\nXBBB,XBBB,N,FR,,ACTIVE\n",
        ("REF-042", 2),
    ),
    "a category of seven letters": (
        "mic", MIC_HEAD + b"XAAA,XAAA,N,FR,TOOLONG,ACTIVE\nXBBB,XBBB,N,FR,,ACTIVE\n",
        ("REF-042", 2),
    ),
    "a country in full": (
        "mic", MIC_HEAD + b"XAAA,XAAA,N,FRANCE,,ACTIVE\nXBBB,XBBB,N,FR,,ACTIVE\n", ("REF-042", 2),
    ),
    "a cell too many": (
        "mic", MIC_HEAD + b"XAAA,XAAA,N,FR,,ACTIVE,more\nXBBB,XBBB,N,FR,,ACTIVE\n", ("REF-044", 2),
    ),
    "a currency of six letters": (
        "firds",
        f"<D>{_firds('FR0000120271', 'EUROPE')}{_firds('FR0000131104', 'EUR')}</D>".encode(),
        ("REF-045", 1),
    ),
    "a status of fifty letters": (
        "lei",
        json.dumps([{"attributes": _legal("N", "X" * 50)}, {"attributes": PERSON}]).encode(),
        ("REF-042", 1),
    ),
    "NUL in a name": (
        "lei",
        json.dumps([{"attributes": _legal("A\0B", "ISSUED")}, {"attributes": PERSON}]).encode(),
        ("REF-041", 1),
    ),
    "half of a character in a name": (
        "lei",
        json.dumps([{"attributes": _legal("A\ud800", "ISSUED")}, {"attributes": PERSON}]).encode(),
        ("REF-041", 1),
    ),
    "a price of the year 9999": (
        "prices", b"ISIN,DAY,CLOSE\nFR0000120271,9999-12-31,1\nFR0000120271,2026-11-19,1\n",
        ("REF-043", 2),
    ),
    "a rate of the year 1": (
        "ecb", b"Date,USD\n0001-01-01,1.1\n2026-11-19,1.1\n", ("REF-043", 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKEPT.values(), ids=UNKEPT)
def test_a_row_that_no_table_holds_is_a_finding_and_the_others_load(
    case: tuple[str, bytes, tuple[str, int]],
) -> None:
    kind, content, expected = case
    factories.InstrumentFactory.create(isin="FR0000120271")

    loaded = load(kind, content)

    assert [(finding["code"], finding["line"]) for finding in loaded.findings] == [expected]
    assert loaded.good_rows == 1
