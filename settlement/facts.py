"""What the matching of confirmations judges, and what it says of each pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kernel.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """The terms of one deal as one side tells them; `side` is always ours.

    `id` is our confirmation, or their message. `quoted` is the reference of our trade: our own, or
    what their message says of it. Of an exchange `quantity` of `currency` is dealt against
    `counter_amount`, at the rate `price` of the `pair`. Of a repo or loan `amount` is the cash of
    the start, `rate` the repo rate (percent) or the fee (basis points); without `end_date` it is
    open.
    """

    id: int
    party_id: int
    isin: str
    side: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    currency: str
    trade_date: date
    settlement_date: date | None
    quoted: str = ""
    asset_class: str = ""
    product: str = ""
    pair: str = ""
    counter_amount: Decimal | None = None
    rate: Decimal | None = None
    end_date: date | None = None
    end_amount: Decimal | None = None

    @property
    def counter_currency(self) -> str:
        """The currency of the pair that is not the dealt one."""
        base, _slash, quoted = self.pair.partition("/")
        return quoted if self.currency == base else base


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How far two sides may differ: from `valid_from` on, for a counterparty, a product, a class.

    Empty criteria mean any. Amounts are in euros: `amount_small` up to a deal of `amount_limit`,
    `amount_large` above; prices in percent of ours. What is within `close_percent` can be the same
    deal.
    """

    version: str
    valid_from: date
    party_id: int | None = None
    asset_class: str = ""
    product: str = ""
    price_percent: Decimal
    amount_small: Decimal
    amount_large: Decimal
    amount_limit: Decimal
    close_percent: Decimal
    profile_id: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of a pair: what each side says, what was allowed, and whether they agree."""

    field: str
    ours: str
    theirs: str
    allowed: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Our confirmation and their message about the same deal, with what it rests on.

    `rivals_ours` are confirmations that their message could be about as well, `rivals_theirs`
    messages that could be about ours: weaker than the pair, or the pair would not be.
    """

    ours: int
    theirs: int
    basis: str
    profile: str
    fields: tuple[Compared, ...]
    rivals_ours: tuple[int, ...] = ()
    rivals_theirs: tuple[int, ...] = ()

    @property
    def differs(self) -> tuple[str, ...]:
        return tuple(one.field for one in self.fields if not one.agrees)


@dataclass(frozen=True, slots=True)
class Matching:
    """The pairs, and for each message that stays alone the confirmations that it could be about."""

    pairs: tuple[Pair, ...]
    alone: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One confirmation as the other side tells it; a CANC has its identity alone.

    `side` is theirs. `line` is where it stood in a file.
    """

    reference: str
    version: int = 1
    function: str = "NEWM"
    our_reference: str = ""
    party: str = ""
    isin: str = ""
    side: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    trade_date: date | None = None
    settlement_date: date | None = None
    product: str = ""
    pair: str = ""
    counter_amount: Decimal | None = None
    rate: Decimal | None = None
    end_date: date | None = None
    end_amount: Decimal | None = None
    line: int | None = None

    def terms(self) -> dict[str, str]:
        """Return all that it says, as plain text: two messages say the same if these agree."""
        said = {
            "reference": self.reference,
            "version": str(self.version),
            "function": self.function,
            "our_reference": self.our_reference,
            "isin": self.isin,
            "side": self.side,
            "currency": self.currency,
            "product": self.product,
            "pair": self.pair,
        }
        for name in ("quantity", "price", "amount", "counter_amount", "rate", "end_amount"):
            value: Decimal | None = getattr(self, name)
            said[name] = "" if value is None else f"{value.normalize():f}"
        for name in ("trade_date", "settlement_date", "end_date"):
            day: date | None = getattr(self, name)
            said[name] = "" if day is None else day.isoformat()
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class ToldFile:
    """The confirmations of a file, and what could not be read of it."""

    told: tuple[Told, ...]
    findings: tuple[Finding, ...] = ()
