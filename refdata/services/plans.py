"""From the rows of a file to the writes that it asks for; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from kernel.findings import Finding
from refdata.facts import LeiRow, ListingRow, PriceRow, RateRow, Reading, VenueRow
from refdata.models import FxRate, Instrument, InstrumentListing, Party, Price, Venue
from refdata.services.news import INSTRUMENT_NAMED, PARTY_NAMED, PRICES_LOADED
from refdata.services.upsert import Plan, plan_upsert
from refdata.states import AssetClass, PriceType, RecordState

GONE: Final = ("TERMINATED", "CANCELLED")
NAMES_MAX: Final = 5_000
BY_TWO: Final = frozenset({"name", "country"})
"""What a file says otherwise of a party that stands is asked for, party by party."""
RowT = TypeVar("RowT")
UNKNOWN_ISIN: Final = Finding(
    code="REF-013", field="ISIN", column="ISIN", message="{found} is not a known instrument"
)
OTHER_CURRENCY: Final = Finding(
    code="REF-014",
    field="CURRENCY",
    column="CURRENCY",
    message="{found} is not the currency of the instrument, {expected}",
)


News = Sequence[tuple[str, Mapping[str, Any]]]


def nothing_to_tell(_hand: str) -> News:
    """Return the news of a file that nobody waits for: there are none."""
    return ()


@dataclass(frozen=True, slots=True)
class FilePlan:
    """Plans by the noun that counts name, and what the known data has to say against rows.

    `news` are the events of the file with their payloads, once it is written; who loads it had a
    hand in what goes on with it.
    """

    parts: Mapping[str, Plan[Any]]
    findings: tuple[Finding, ...] = ()
    news: Callable[[str], News] = nothing_to_tell


def venues(reading: Reading[VenueRow]) -> FilePlan:
    """Plan the markets by MIC."""
    wanted = {
        (row.mic,): {name: getattr(row, name) for name in row.__slots__ if name != "mic"}
        for row in reading.rows
    }
    return FilePlan({"venues": plan_upsert(Venue, key=("mic",), wanted=wanted)})


def parties(reading: Reading[LeiRow]) -> FilePlan:
    """Plan legal entities by LEI; what the file leaves empty stays as it is.

    How the registration stands follows the file; another name or country takes two people.
    """
    wanted: dict[tuple[str], dict[str, Any]] = {}
    for row in reading.rows:
        values = {
            "name": row.name,
            "country": row.country,
            "lei_status": row.registration_status,
            "lei_next_renewal": row.next_renewal,
        }
        wanted[(row.lei,)] = {name: value for name, value in values.items() if value}
    plan = plan_upsert(Party, key=("lei",), wanted=wanted, by_two=BY_TWO)
    for party in plan.new:
        party.code = party.lei

    def named(hand: str) -> News:
        """Tell of the parties as of those that a person saves, some thousands in one event."""
        return [
            (
                PARTY_NAMED,
                {"party_ids": [p.pk for p in part], "names": [p.lei for p in part], "hand": hand},
            )
            for part in _parts([*plan.new, *plan.changed])
        ]

    return FilePlan({"parties": plan}, news=named)


def listings(reading: Reading[ListingRow]) -> FilePlan:
    """Plan listings by (ISIN, MIC); instruments that are not known yet come with them.

    A later record of one key wins over an earlier one of the same file.
    """
    wanted = {(row.isin, row.mic): _listing(row) for row in reading.rows}
    new = _new_instruments(reading.rows)

    def named(_hand: str) -> News:
        """Tell of the new instruments as of those that a person creates, some thousands at once."""
        return [(INSTRUMENT_NAMED, {"names": [i.isin for i in part]}) for part in _parts(new.new)]

    return FilePlan(
        {
            "listings": plan_upsert(InstrumentListing, key=("isin", "mic"), wanted=wanted),
            "instruments": new,
        },
        news=named,
    )


def rates(reading: Reading[RateRow]) -> FilePlan:
    """Plan exchange rates by currency and day."""
    wanted = {(row.day, row.currency, "ECB"): {"rate": row.rate} for row in reading.rows}
    return FilePlan(
        {"rates": plan_upsert(FxRate, key=("day", "currency", "source"), wanted=wanted)}
    )


def prices(reading: Reading[PriceRow]) -> FilePlan:
    """Plan closing prices; an ISIN that is not known, or another currency, is a finding."""
    known = Instrument.objects.filter(isin__in={row.isin for row in reading.rows}).in_bulk(
        field_name="isin"
    )
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    findings: list[Finding] = []
    for row in reading.rows:
        instrument = known.get(row.isin)
        if instrument is None:
            findings.append(replace(UNKNOWN_ISIN, found=row.isin, line=row.line))
        elif row.currency and row.currency != instrument.currency:
            found, expected = row.currency, instrument.currency
            findings.append(replace(OTHER_CURRENCY, found=found, expected=expected, line=row.line))
        else:
            told = {"close": row.close, "high": row.high, "low": row.low}
            wanted[(instrument.pk, row.day, "FILE")] = {
                name: value for name, value in told.items() if value is not None
            }
    plan = plan_upsert(Price, key=("instrument_id", "day", "source"), wanted=wanted)
    moved = {price.instrument_id for price in (*plan.new, *plan.changed)}
    isins = sorted(isin for isin, found in known.items() if found.pk in moved)
    return FilePlan(
        {"prices": plan}, tuple(findings), lambda _hand: [(PRICES_LOADED, {"isins": isins})]
    )


def asset_class_of(cfi: str) -> AssetClass:
    """Return the asset class of a CFI code (ISO 10962): E, D, CE, C, else a derivative."""
    if cfi.startswith("CE"):
        return AssetClass.ETF
    return {"E": AssetClass.EQUITY, "D": AssetClass.BOND, "C": AssetClass.FUND}.get(
        cfi[:1], AssetClass.DERIVATIVE
    )


def _parts(rows: Sequence[RowT]) -> Iterator[Sequence[RowT]]:
    """Cut what a file names in parts that fit an event."""
    return (rows[start : start + NAMES_MAX] for start in range(0, len(rows), NAMES_MAX))


def _listing(row: ListingRow) -> dict[str, Any]:
    values = {
        "name": row.name,
        "cfi": row.cfi,
        "currency": row.currency,
        "issuer_lei": row.issuer_lei,
        "admitted_on": row.admitted_on,
        "terminated_on": row.terminated_on,
    }
    status = RecordState.INACTIVE if row.change in GONE else RecordState.ACTIVE
    return {name: value for name, value in values.items() if value} | {"status": status.value}


def _new_instruments(rows: tuple[ListingRow, ...]) -> Plan[Instrument]:
    """Plan the instruments that no one has entered yet; ours are never overwritten by a file."""
    usable = {row.isin: row for row in rows if row.change not in GONE and row.currency and row.cfi}
    known = set(Instrument.objects.filter(isin__in=usable).values_list("isin", flat=True))
    markets = Venue.objects.filter(mic__in={row.mic for row in usable.values()}).in_bulk(
        field_name="mic"
    )
    plan = Plan(Instrument, unchanged=len(known))
    for isin, row in usable.items():
        if isin not in known:
            plan.new.append(_instrument(row, markets.get(row.mic)))
    return plan


def _instrument(row: ListingRow, venue: Venue | None) -> Instrument:
    asset_class = asset_class_of(row.cfi)
    percent = asset_class is AssetClass.BOND
    return Instrument(
        isin=row.isin,
        code=row.isin,
        name=row.name or row.isin,
        short_name=row.short_name,
        cfi=row.cfi,
        asset_class=asset_class,
        currency=row.currency,
        venue=venue,
        price_type=PriceType.PERCENT if percent else PriceType.MONETARY,
        nominal=row.nominal,
        issuer_lei=row.issuer_lei,
        coupon_rate=row.coupon_rate,
        maturity_date=row.maturity_date,
    )
