"""What the rules of matching judge: deals of both sides, profiles, and pairs taken apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from refdata import selectors as refdata
from refdata.states import InstructionState
from settlement.facts import Deal, Profile
from settlement.models import (
    Confirmation,
    ConfirmationDecision,
    ReceivedConfirmation,
    ToleranceProfile,
)
from settlement.rules.matching import Terms
from settlement.rules.products import OPPOSITE
from settlement.states import Basis, Deed, Function

Bucket = tuple[int, date, str]
"""A counterparty, a trade date and an ISIN (none of an exchange): what is not in the same one can
be no pair."""
BESIDES: Final = ("product", "pair", "counter_amount", "rate", "end_date", "end_amount")


def in_buckets(buckets: Collection[Bucket]) -> Q:
    """Return "lies in one of these buckets", or beside them: what is seen more changes nothing."""
    parties, days, isins = (sorted(set(one)) for one in zip(*buckets, strict=True))
    return Q(party__in=parties, trade_date__in=days, isin__in=isins)


def live_messages(buckets: Collection[Bucket]) -> QuerySet[ReceivedConfirmation]:
    """Return the messages of these buckets that count: the latest version, not withdrawn."""
    later = ReceivedConfirmation.objects.filter(
        party=OuterRef("party"), reference=OuterRef("reference"), version__gt=OuterRef("version")
    )
    return ReceivedConfirmation.objects.filter(
        in_buckets(buckets), ~Exists(later), function=Function.NEWM.value
    ).order_by("pk")


def buckets_of_messages(ids: Iterable[int]) -> set[Bucket]:
    """Return where these messages lie, and where the versions lie that they replace."""
    wanted = ReceivedConfirmation.objects.filter(
        pk__in=list(ids), party=OuterRef("party"), reference=OuterRef("reference")
    )
    rows = ReceivedConfirmation.objects.filter(Exists(wanted), trade_date__isnull=False)
    found = rows.values_list("party", "trade_date", "isin")
    return {(party_id, day, isin) for party_id, day, isin in found if day}


def profiles() -> list[Profile]:
    """Return every approved profile."""
    rows = ToleranceProfile.objects.filter(state=InstructionState.APPROVED).order_by("pk")
    return [
        Profile(
            version=str(row.pk),
            profile_id=row.pk,
            valid_from=row.valid_from,
            party_id=row.party_id,
            asset_class=row.asset_class,
            product=row.product,
            price_percent=row.price_percent,
            amount_small=row.amount_small,
            amount_large=row.amount_large,
            amount_limit=row.amount_limit,
            close_percent=row.close_percent,
        )
        for row in rows
    ]


def terms_for(day: date, confirmation_ids: Collection[int]) -> Terms:
    """Return what the rules go by: profiles, the rates of that day, and pairs taken apart."""
    return Terms(profiles=profiles(), rates=refdata.fx_rates(day), apart=apart(confirmation_ids))


def apart(confirmation_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """Return the pairs that a person took apart: no rule makes them again."""
    rows = ConfirmationDecision.objects.filter(
        confirmation__in=confirmation_ids, deed=Deed.UNPAIRED.value, basis=Basis.BY_HAND.value
    )
    return frozenset(rows.values_list("confirmation", "received"))


def deal_of_confirmation(row: Confirmation) -> Deal:
    """Return our side of a deal."""
    assert row.trade_date is not None  # noqa: S101 - a trade has its terms
    return Deal(
        id=row.pk,
        party_id=row.party_id,
        isin=row.isin,
        side=row.side,
        quantity=_number(row.quantity),
        price=_number(row.price),
        amount=_number(row.amount),
        currency=row.currency,
        trade_date=row.trade_date,
        settlement_date=row.settlement_date,
        quoted=row.reference,
        asset_class=row.asset_class,
        **_besides(row),
    )


def deal_of_message(row: ReceivedConfirmation) -> Deal:
    """Return their side of a deal, seen from ours: what they sell we buy."""
    assert row.trade_date is not None  # noqa: S101 - a NEWM says everything, by constraint
    return Deal(
        id=row.pk,
        party_id=row.party_id,
        isin=row.isin,
        side=OPPOSITE[row.side],
        quantity=_number(row.quantity),
        price=_price(row),
        amount=_number(row.amount),
        currency=row.currency,
        trade_date=row.trade_date,
        settlement_date=row.settlement_date,
        quoted=row.our_reference,
        **_besides(row),
    )


def _besides(row: Confirmation | ReceivedConfirmation) -> dict[str, Any]:
    """Return what a trade of two legs says besides the terms of every trade."""
    return {name: getattr(row, name) for name in BESIDES}


def _price(row: ReceivedConfirmation) -> Decimal:
    """Return the price that they say; of repos and loans nobody compares one."""
    return Decimal(0) if row.price is None and row.product else _number(row.price)


def _number(value: Decimal | None) -> Decimal:
    assert value is not None  # noqa: S101 - both sides say their numbers, by constraint
    return value
