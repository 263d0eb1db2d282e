"""The demo week's confirmations: what counterparties would say of our validated trades.

Mostly the same as we, as in life: a few trades of each day carry the next case of a fixed list, so
that every state has its examples. The same trades give the same messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone

from core.acts import acting
from core.models import User
from kernel.actors import SYSTEM, Actor, ActorKind
from settlement import selectors
from settlement.facts import Told
from settlement.models import Confirmation, ReceivedConfirmation
from settlement.rules.products import OPPOSITE
from settlement.selectors.matching import BESIDES
from settlement.services import by_hand, chasing, expecting, matching, receiving, sending
from settlement.states import ConfirmationState, Door
from trades.models import Trade

SENT_AT, ANSWERED_AT = time(18, 30), time(19, 45)
FIRST: Final = {2: "price", 4: "silent", 6: "settle", 8: "quantity", 10: "cent"}
"""What the first trades of each day carry, by their place in it."""
EVERY: Final = 40
CASES: Final = ("amount", "silent", "price", "cent", "quantity", "settle")
"""What one in so many of the others carries."""
STRANGE: Final = Decimal(7)
"""The quantity of the trade of each day that we know nothing of."""


def seed(*, business_date: date, at: datetime) -> None:
    """Expect, send and answer the trades of the days before `business_date`; once."""
    if ReceivedConfirmation.objects.exists():
        return
    with acting(actor=SYSTEM, reason="demo day"):
        for day, trades in _by_day():
            _live_day(day, trades)
        _work(_person("agent"), at)
    sending.deliver(at=at)


def _by_day() -> Iterator[tuple[date, list[Trade]]]:
    rows = Trade.objects.filter(state="VALIDATED", settlement_date__isnull=False)
    found: dict[date, list[Trade]] = {}
    for trade in rows.exclude(counterparty=None).order_by("trade_date", "pk"):
        found.setdefault(trade.trade_date, []).append(trade)
    yield from found.items()


def _live_day(day: date, trades: Sequence[Trade]) -> None:
    """Let the evening of a day pass: ours go out, theirs come in, and are matched."""
    sent, answered = (_moment(day, hour) for hour in (SENT_AT, ANSWERED_AT))
    expecting.confirm_trades(trade_ids=[trade.pk for trade in trades], actor=SYSTEM, at=sent)
    sending.send_all(actor=SYSTEM, at=sent)
    rows = Confirmation.objects.filter(trade__in=trades).order_by("trade__trade_date", "trade")
    told = [one for n, row in enumerate(rows.select_related("party")) for one in _said(n, row)]
    told.append(_strange(next(trade for trade in trades if not trade.product), day))
    kept = receiving.receive(told=told, door=Door.API, actor=SYSTEM, at=answered)
    buckets = {(row.party_id, day, row.isin) for row in kept.rows}
    matching.match(buckets=buckets, actor=SYSTEM, at=answered)


def _said(n: int, row: Confirmation) -> Iterator[Told]:
    """Yield what the counterparty says of the n-th trade of a day: nothing, or one message."""
    case = FIRST.get(n) or (CASES[n // EVERY % len(CASES)] if n % EVERY == EVERY - 1 else "")
    if case == "silent":
        return
    deal = selectors.deal_of_confirmation(row)
    assert deal.settlement_date is not None  # noqa: S101 - asked for in the query
    yield Told(
        reference=f"{row.party.code}-{row.trade_id}",
        party=row.party.code,
        our_reference=row.reference if n % 2 else "",
        isin=deal.isin,
        side=OPPOSITE[deal.side],
        quantity=deal.quantity + (case == "quantity"),
        price=deal.price * (Decimal("1.01") if case == "price" else 1),
        amount=abs(deal.amount) + _gap(case),
        currency=deal.currency,
        trade_date=deal.trade_date,
        settlement_date=deal.settlement_date + timedelta(days=case == "settle"),
        **{name: getattr(deal, name) for name in BESIDES},
    )


def _gap(case: str) -> Decimal:
    return {"cent": Decimal("0.01"), "amount": Decimal(125)}.get(case, Decimal(0))


def _strange(trade: Trade, day: date) -> Told:
    """Return a message about a trade that we do not have."""
    assert trade.settlement_date is not None  # noqa: S101 - asked for in the query
    return Told(
        reference=f"{trade.counterparty_code}-{day:%Y%m%d}-X",
        party=trade.counterparty_code,
        isin=trade.isin,
        side="BUY",
        quantity=STRANGE,
        price=trade.price,
        amount=abs(trade.price * STRANGE).quantize(Decimal("0.01")),
        currency=trade.currency,
        trade_date=day,
        settlement_date=trade.settlement_date,
    )


def _work(agent: Actor, at: datetime) -> None:
    """Dispute the latest that differs, and chase the counterparty of the first without a word."""
    rows = Confirmation.objects.filter(trade__isnull=False).order_by("-trade_date", "pk")
    differing = rows.filter(state=ConfirmationState.MISMATCHED.value).first()
    if differing is not None:
        by_hand.dispute(
            confirmation_id=differing.pk,
            reason="Nous maintenons notre cours : enregistrement téléphonique à l’appui.",
            actor=agent,
            at=at,
        )
    silent = rows.filter(state=ConfirmationState.SENT.value).first()
    if silent is not None:
        chasing.chase_party(confirmation_id=silent.pk, actor=agent, at=at)


def _moment(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _person(username: str) -> Actor:
    user = User.objects.get(username=username)
    return Actor(name=username, kind=ActorKind.PERSON, user_id=user.pk)
