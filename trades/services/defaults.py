"""Defaults of a ticket: what static data says of what was chosen, and nothing more than that."""

from __future__ import annotations

from django.db.models import Q

from refdata.models import Book, Instrument, Trader
from refdata.states import RecordState


def of_ticket(*, instrument: str, book: str) -> dict[str, str]:
    """Return box -> value: the instrument's currency and main venue, the book's only trader.

    What static data does not tell for sure has no default.
    """
    found: dict[str, str] = {}
    known = Instrument.objects.filter(Q(isin=instrument.upper()) | Q(code__iexact=instrument))
    chosen = known.select_related("venue").order_by("pk").first() if instrument else None
    if chosen is not None:
        found["currency"] = chosen.currency
        if chosen.venue is not None:
            found["venue"] = chosen.venue.mic
    trader = _only_trader(book) if book else None
    if trader is not None:
        found["trader"] = trader.code
    return found


def _only_trader(code: str) -> Trader | None:
    """Return the one active trader who may deal for the book; None of several."""
    book = Book.objects.filter(code=code).first()
    if book is None:
        return None
    active = Trader.objects.filter(status=RecordState.ACTIVE.value, desk=book.desk_id)
    may = active.filter(Q(books=book) | Q(books__isnull=True)).distinct()[:2]
    return may[0] if len(may) == 1 else None
