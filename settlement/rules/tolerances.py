"""How far a field of two sides may differ: the profile that applies, and what it allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.money import EXACT
from settlement.facts import Compared, Deal, Profile

PERCENT: Final = Decimal(100)
ZERO: Final = Decimal(0)
DELIVERED: Final = Profile(
    version="delivered",
    valid_from=date(1900, 1, 1),
    price_percent=Decimal("0.01"),  # market practice: average prices are cut
    amount_small=Decimal(2),  # as the settlement amounts of T2S: EUR 2 up to 100,000, EUR 25 above
    amount_large=Decimal(25),
    amount_limit=Decimal(100_000),
    close_percent=Decimal(5),
)
"""What the product brings: in force until the house sets others."""
EXACTLY: Final = ("isin", "side", "quantity", "currency", "trade_date", "settlement_date")


def profile_for(deal: Deal, profiles: Sequence[Profile]) -> Profile:
    """Return the profile in force on the trade date that names most of the deal.

    The counterparty counts more than the asset class; among equals the one that began last.
    """
    fitting = [one for one in profiles if _fits(one, deal)]
    return max(fitting, key=_rank, default=DELIVERED)


def differing(
    ours: Deal, theirs: Deal, profile: Profile, rates: Mapping[str, Decimal]
) -> tuple[str, ...]:
    """Return the fields on which the two sides do not agree; `rates` are units per euro.

    What is empty on one side agrees with nothing. An amount of a currency without a rate must be
    equal: nobody knows how much two euros of it are.
    """
    found = [name for name in EXACTLY if not _equal(getattr(ours, name), getattr(theirs, name))]
    if theirs.price != ours.price and abs(ours.price - theirs.price) > allowed_price(ours, profile):
        found.append("price")
    if theirs.amount != ours.amount:
        most = allowed_amount(ours, profile, rates) if ours.currency == theirs.currency else ZERO
        if abs(ours.amount - theirs.amount) > most:
            found.append("amount")
    return tuple(found)


def compared(
    ours: Deal, theirs: Deal, profile: Profile, rates: Mapping[str, Decimal]
) -> tuple[Compared, ...]:
    """Return every field of a pair with what each side says, what was allowed, and the outcome."""
    differs = differing(ours, theirs, profile, rates)
    same_currency = ours.currency == theirs.currency
    amount = allowed_amount(ours, profile, rates) if same_currency else ZERO
    allowed = {"price": f"{_plain(profile.price_percent)} %", "amount": _plain(amount)}
    return tuple(
        Compared(
            name,
            _text(getattr(ours, name)),
            _text(getattr(theirs, name)),
            allowed.get(name, ""),
            name not in differs,
        )
        for name in (*EXACTLY, "price", "amount")
    )


def allowed_price(ours: Deal, profile: Profile) -> Decimal:
    """Return by how much the price may differ."""
    return EXACT.divide(EXACT.multiply(abs(ours.price), profile.price_percent), PERCENT)


def allowed_amount(ours: Deal, profile: Profile, rates: Mapping[str, Decimal]) -> Decimal:
    """Return by how much the amount may differ, in its currency."""
    rate = rates.get(ours.currency)
    if rate is None or rate <= 0:
        return ZERO
    small = abs(ours.amount) <= EXACT.multiply(profile.amount_limit, rate)
    return EXACT.multiply(profile.amount_small if small else profile.amount_large, rate)


def is_close(ours: Deal, theirs: Deal, profile: Profile) -> bool:
    """Say whether price or amount are near enough for the two to be the same deal."""
    return any(
        abs(their - our) * PERCENT <= abs(our) * profile.close_percent
        for our, their in ((ours.price, theirs.price), (ours.amount, theirs.amount))
    )


def _fits(profile: Profile, deal: Deal) -> bool:
    return (
        profile.valid_from <= deal.trade_date
        and profile.party_id in (None, deal.party_id)
        and profile.asset_class in ("", deal.asset_class)
    )


def _rank(profile: Profile) -> tuple[object, ...]:
    named = (profile.party_id is not None, bool(profile.asset_class))
    return (*named, profile.valid_from, profile.profile_id)


def _equal(one: object, other: object) -> bool:
    return one == other and one not in (None, "")


def _text(value: object) -> str:
    if value is None:
        return ""
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
