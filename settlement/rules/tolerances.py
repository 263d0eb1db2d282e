"""How far a field of two sides may differ: the profile that applies, and what it allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.money import EXACT
from settlement.facts import Compared, Deal, Profile
from settlement.rules.products import FIELDS

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
COUNTER: Final = "counter_amount"


def profile_for(deal: Deal, profiles: Sequence[Profile]) -> Profile:
    """Return the profile in force on the trade date that names most of the deal.

    The counterparty counts more than the product, the product more than the asset class; among
    equals the one that began last.
    """
    fitting = [one for one in profiles if _fits(one, deal)]
    return max(fitting, key=_rank, default=DELIVERED)


def differing(
    ours: Deal, theirs: Deal, profile: Profile, rates: Mapping[str, Decimal]
) -> tuple[str, ...]:
    """Return the fields of the product on which the two sides do not agree; `rates` are units per
    euro. Their side is told in our way (`products.facing`).

    What is empty on one side agrees with nothing. An amount of a currency without a rate must be
    equal: nobody knows how much two euros of it are.
    """
    fields = FIELDS[ours.product]
    found = [
        name for name in fields.exact if not _equal(getattr(ours, name), getattr(theirs, name))
    ]
    found += [name for name in fields.may_be_open if getattr(ours, name) != getattr(theirs, name)]
    for name in (*fields.relative, *fields.amounts):
        our, their = getattr(ours, name), getattr(theirs, name)
        if our != their and (
            our is None
            or their is None
            or abs(our - their) > _most(name, ours, theirs, profile, rates)
        ):
            found.append(name)
    return tuple(found)


def compared(
    ours: Deal, theirs: Deal, profile: Profile, rates: Mapping[str, Decimal]
) -> tuple[Compared, ...]:
    """Return every field of a pair with what each side says, what was allowed, and the outcome."""
    differs = differing(ours, theirs, profile, rates)
    fields = FIELDS[ours.product]
    allowed = dict.fromkeys(fields.relative, f"{_plain(profile.price_percent)} %")
    allowed |= {
        name: _plain(_most(name, ours, theirs, profile, rates))
        for name in fields.amounts
        if getattr(ours, name) is not None
    }
    return tuple(
        Compared(
            name,
            _text(getattr(ours, name)),
            _text(getattr(theirs, name)),
            allowed.get(name, ""),
            name not in differs,
        )
        for name in fields.every
    )


def _most(
    name: str, ours: Deal, theirs: Deal, profile: Profile, rates: Mapping[str, Decimal]
) -> Decimal:
    """Return by how much a figure may differ; figures of two currencies by nothing."""
    value: Decimal = getattr(ours, name)
    if name in FIELDS[ours.product].relative:
        return allowed_price(value, profile)
    if ours.currency != theirs.currency:
        return ZERO
    currency = ours.counter_currency if name == COUNTER else ours.currency
    return allowed_amount(value, currency, profile, rates)


def allowed_price(value: Decimal, profile: Profile) -> Decimal:
    """Return by how much a price or rate may differ."""
    return EXACT.divide(EXACT.multiply(abs(value), profile.price_percent), PERCENT)


def allowed_amount(
    value: Decimal, currency: str, profile: Profile, rates: Mapping[str, Decimal]
) -> Decimal:
    """Return by how much an amount may differ, in its currency."""
    rate = rates.get(currency)
    if rate is None or rate <= 0:
        return ZERO
    small = abs(value) <= EXACT.multiply(profile.amount_limit, rate)
    return EXACT.multiply(profile.amount_small if small else profile.amount_large, rate)


def is_close(ours: Deal, theirs: Deal, profile: Profile) -> bool:
    """Say whether one of the figures that tell is near enough for the two to be the same deal."""
    figures = ((getattr(ours, n), getattr(theirs, n)) for n in FIELDS[ours.product].close)
    return any(
        abs(their - our) * PERCENT <= abs(our) * profile.close_percent
        for our, their in figures
        if our is not None and their is not None
    )


def _fits(profile: Profile, deal: Deal) -> bool:
    return (
        profile.valid_from <= deal.trade_date
        and profile.party_id in (None, deal.party_id)
        and profile.product in ("", deal.product)
        and profile.asset_class in ("", deal.asset_class)
    )


def _rank(profile: Profile) -> tuple[object, ...]:
    named = (profile.party_id is not None, bool(profile.product), bool(profile.asset_class))
    return (*named, profile.valid_from, profile.profile_id)


def _equal(one: object, other: object) -> bool:
    return one == other and one not in (None, "")


def _text(value: object) -> str:
    if value is None:
        return ""
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
