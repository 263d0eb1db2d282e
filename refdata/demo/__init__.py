"""The demo world: real instruments and counterparties, an invented house that trades them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model

from core.acts import acting
from kernel.actors import SYSTEM
from refdata import services
from refdata.demo import calendars, house, instruments, parties, prices
from refdata.models import (
    Account,
    Agreement,
    Book,
    Desk,
    FeeSchedule,
    FxRate,
    Holding,
    Instrument,
    InstrumentAlias,
    Party,
    PartyAlias,
    Price,
    SettlementInstruction,
    SettlementPlace,
    Trader,
    Venue,
)
from refdata.models.agreements import COLUMN_OF
from refdata.services.upsert import apply, plan_upsert
from refdata.states import AgreementKind, AssetClass, FeeKind, FeeSide, InstructionState

SOURCE: Final = "OMS"
SINCE: Final = date(2024, 1, 2)


def seed(*, business_date: date, at: datetime) -> None:
    """Write the reference data of the demo day; the same date gives the same world, repeatable.

    Prices and rates stand for the ten business days up to `business_date`.
    """
    with acting(actor=SYSTEM, reason="demo day"):
        services.load_calendars(
            first_year=calendars.FIRST_YEAR,
            last_year=calendars.LAST_YEAR,
            actor=SYSTEM,
            codes=calendars.CODES,
            told=calendars.closed_days(),
        )
        services.load_currencies(actor=SYSTEM)
        services.load_settlement_cycles(actor=SYSTEM)
        _create(Venue, ("mic",), {(row["mic"],): row for row in instruments.venues()})
        _parties()
        _house()
        _instruments()
        _instructions(at)
        _agreements(at)
        _fees(at)
        _places(at)
        _prices(business_date)
        _holdings(business_date)


def _create(model: type[Model], key: tuple[str, ...], rows: dict[tuple[Any, ...], Any]) -> None:
    """Write the rows that are missing; those that somebody has changed stay as they are."""
    plan = plan_upsert(model, key=key, wanted={found: {} for found in rows})
    plan.new = [model(**rows[tuple(getattr(row, name) for name in key)]) for row in plan.new]
    apply(plan)


def _parties() -> None:
    rows = list(parties.rows())
    _create(Party, ("code",), {(row["code"],): row for row in rows})
    known = Party.objects.in_bulk(field_name="code")
    aliases = {
        (SOURCE, row["name"].upper()): {
            "source_system": SOURCE,
            "alias": row["name"].upper(),
            "party": known[row["code"]],
        }
        for row in rows
    }
    _create(PartyAlias, ("source_system", "alias"), aliases)


def _house() -> None:
    _create(Desk, ("code",), {(row["code"],): row for row in house.desks()})
    desks = Desk.objects.in_bulk(field_name="code")
    books = {(row["code"],): row | {"desk": desks[row["desk"]]} for row in house.books()}
    _create(Book, ("code",), books)
    traders = {(row["code"],): row | {"desk": desks[row["desk"]]} for row in house.traders()}
    _create(Trader, ("code",), traders)
    by_desk = {desk.pk: list(desk.books.all()) for desk in desks.values()}
    for trader in Trader.objects.filter(books__isnull=True):
        trader.books.set(by_desk[trader.desk_id])
    known = Party.objects.in_bulk(field_name="code")
    accounts = {
        (row["code"],): row | {"custodian": known[row["custodian"]]} for row in house.accounts()
    }
    _create(Account, ("code",), accounts)


def _instruments() -> None:
    markets = Venue.objects.in_bulk(field_name="mic")
    rows = {
        (row["code"],): row | {"venue": markets.get(row["venue"])} for row in instruments.rows()
    }
    _create(Instrument, ("code",), rows)
    known = Instrument.objects.filter(code__in=[code for (code,) in rows])
    aliases = {
        (SOURCE, symbol): {"source_system": SOURCE, "symbol": symbol, "instrument": found}
        for found in known.select_related("venue")
        if (symbol := instruments.ticker(found.code, found.venue.mic if found.venue else ""))
    }
    _create(InstrumentAlias, ("source_system", "symbol"), aliases)


def _instructions(at: datetime) -> None:
    """One approved instruction per counterparty and market, and one that waits for approval."""
    if SettlementInstruction.objects.exists():
        return
    known = Party.objects.filter(is_counterparty=True).order_by("code")
    rows = []
    for number, party in enumerate(known, start=1):
        for currency, place, agent in parties.places(party.country):
            rows.append(
                SettlementInstruction(
                    party=party,
                    currency=currency,
                    place_of_settlement=place,
                    agent_bic=agent if currency else party.bic or agent,
                    account_number=f"{number:05d}{currency or 'ANY'}01",
                    valid_from=SINCE,
                    reason="ouverture",
                    proposed_by="agent",
                    proposed_at=at,
                )
            )
    _put_in_force(rows, at)
    _pending_change(at)


def _agreements(at: datetime) -> None:
    """What every counterparty signed, in force; the renewal of one waits for approval."""
    if Agreement.objects.exists():
        return
    by = {"proposed_by": "agent", "proposed_at": at}
    known = Party.objects.filter(is_counterparty=True).order_by("code")
    signed = [
        Agreement(
            party=party,
            kind=kind,
            reference=f"{kind}-{party.code}-2024",
            valid_from=SINCE,
            reason="convention-cadre signée, dossier juridique",
            **by,
            **{COLUMN_OF[what]: True for what in covered},
        )
        for party in known
        for kind, covered in parties.agreements(party.country)
    ]
    _put_in_force(signed, at)
    first = Agreement.objects.filter(kind=AgreementKind.GMRA).order_by("party__code").first()
    assert first is not None  # noqa: S101 - made just above
    Agreement.objects.create(
        party=first.party,
        kind=first.kind,
        reference=f"GMRA-{first.party.code}-2027",
        covers_repo=True,
        valid_from=at.date() + timedelta(days=30),
        reason="renouvellement, nouvelle version de l’annexe",
        **by,
    )


def _fees(at: datetime) -> None:
    """The stamp duty of one market, in force; what a broker asks, waiting for approval."""
    if FeeSchedule.objects.exists():
        return
    by = {"proposed_by": "agent", "proposed_at": at}
    stamp_duty = FeeSchedule(
        name="GB-SDRT",
        kind=FeeKind.TAX,
        issuer_country="GB",
        asset_class=AssetClass.EQUITY,
        side=FeeSide.BUY,
        rate=Decimal("0.5"),
        valid_from=SINCE,
        reason="Finance Act 1986, s. 87",
        **by,
    )
    _put_in_force([stamp_duty], at)
    FeeSchedule.objects.create(
        name="BNPP-COM",
        kind=FeeKind.COMMISSION,
        party=Party.objects.get(code="BNPP"),
        currency="EUR",
        rate=Decimal("0.02"),
        minimum=Decimal(4),
        valid_from=at.date() + timedelta(days=7),
        reason="convention de courtage, avenant",
        **by,
    )


def _places(at: datetime) -> None:
    """The depositories of the home markets, in force; one more, waiting for approval."""
    if SettlementPlace.objects.exists():
        return
    by = {"proposed_by": "agent", "proposed_at": at}
    rows = [
        SettlementPlace(
            issuer_country=country,
            place=place,
            valid_from=SINCE,
            reason="dépositaire central du marché d’origine",
            **by,
        )
        for country, place in parties.HOME_PLACES.items()
    ]
    _put_in_force(rows, at)
    SettlementPlace.objects.create(
        venue="XPAR",
        issuer_country="US",
        place="SICVFRPP",
        valid_from=at.date() + timedelta(days=7),
        reason="valeurs américaines cotées à Paris",
        **by,
    )


def _put_in_force(rows: Sequence[Model], at: datetime) -> None:
    """Write what the agent of the demo proposed, and have the supervisor put it in force."""
    manager = type(rows[0])._default_manager  # noqa: SLF001 - Django's public name for it
    made = manager.bulk_create(rows)
    manager.filter(pk__in=[row.pk for row in made]).update(
        state=InstructionState.APPROVED, decided_by="supervisor", decided_at=at
    )


def _pending_change(at: datetime) -> None:
    old = SettlementInstruction.objects.filter(party__code="BNPP", currency="EUR").get()
    SettlementInstruction.objects.create(
        party=old.party,
        currency=old.currency,
        place_of_settlement=old.place_of_settlement,
        agent_bic=old.agent_bic,
        account_number="00099EUR02",
        valid_from=at.date() + timedelta(days=7),
        replaces=old,
        reason="changement de compte titres, courrier de la contrepartie",
        proposed_by="agent",
        proposed_at=at,
    )


def _prices(business_date: date) -> None:
    known = Instrument.objects.filter(
        code__in=[row["code"] for row in instruments.rows()]
    ).values_list("pk", "code")
    days = prices.last_weekdays(business_date, 10)
    closes = {
        (pk, day, "DEMO"): {"close": prices.close(code, instruments.BASE_PRICES[code], day)}
        for pk, code in known
        for day in days
    }
    apply(plan_upsert(Price, key=("instrument_id", "day", "source"), wanted=closes))
    rates = {
        (day, currency, "ECB"): {"rate": prices.rate(currency, base, day)}
        for currency, base in prices.BASE_RATES.items()
        for day in days
    }
    plan = plan_upsert(FxRate, key=("day", "currency", "source"), wanted=rates)
    plan.changed = []
    apply(plan)


def _holdings(business_date: date) -> None:
    """What an account held the day before: French securities, some of them pledged, and cash."""
    day = prices.last_weekdays(business_date, 2)[0]
    account = Account.objects.get(code="SEC-FR")
    listed = Instrument.objects.filter(isin__startswith="FR", asset_class=AssetClass.EQUITY)
    lines: dict[tuple[Any, ...], dict[str, Any]] = {
        (day, account.pk, pk, ""): {
            "quantity": Decimal(25_000 + 500 * number),
            "pledged": Decimal(10_000 if number % 5 == 0 else 0),
            "source": "CACEIS",
        }
        for number, pk in enumerate(listed.order_by("code").values_list("pk", flat=True))
    }
    cash = {"quantity": Decimal(40_000_000), "blocked": Decimal(1_500_000), "source": "CACEIS"}
    lines[day, account.pk, None, "EUR"] = cash
    columns = ("day", "account_id", "instrument_id", "currency")
    plan = plan_upsert(Holding, key=columns, wanted=lines)
    plan.changed = []
    apply(plan)
