"""What a chaser says, in the language of the counterparty; and the same as an e-mail file.

The texts are not of a catalogue: they are letters to somebody else, whatever the language of the
person who sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ChasedDeal:
    """One trade that a chaser asks for; `differs` are the fields on which the sides differ."""

    reference: str
    theirs: str
    isin: str
    side: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    currency: str
    trade_date: date
    settlement_date: date | None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language."""

    subject: str
    opening: str
    unconfirmed: str
    differing: str
    closing: str
    deal: str
    differs: str
    sides: dict[str, str]
    fields: dict[str, str]
    day: str
    mark: str
    none: str


ENGLISH: Final = Phrases(
    subject="{firm}: {n} trade(s) to be confirmed",
    opening="Dear colleagues of {party},",
    unconfirmed="We have not received your confirmation of the following trades:",
    differing="Your confirmation of the following trades differs from ours:",
    closing="Please confirm them today, or tell us what you have booked instead.\n\n"
    "Kind regards,\n{firm}, Operations",
    deal="- {reference}: we {side} {quantity} {isin} at {price}, net {amount} {currency}, "
    "trade date {trade_date}, settlement {settlement_date}",
    differs="  your reference {theirs}; what differs: {fields}",
    sides={"BUY": "bought", "SELL": "sold"},
    fields={
        "isin": "ISIN", "side": "side", "quantity": "quantity", "price": "price",
        "amount": "net amount", "currency": "currency", "trade_date": "trade date",
        "settlement_date": "settlement date",
    },
    day="%Y-%m-%d",
    mark=".",
    none="to be agreed",
)  # fmt: skip
FRENCH: Final = Phrases(
    subject="{firm} : {n} opération(s) à confirmer",
    opening="À l’attention du middle office de {party},",
    unconfirmed="Nous n’avons pas reçu votre confirmation des opérations suivantes :",
    differing="Votre confirmation des opérations suivantes diffère de la nôtre :",
    closing="Merci de les confirmer dans la journée, ou de nous indiquer ce que vous avez "
    "enregistré.\n\nCordialement,\n{firm}, Back office",
    deal="- {reference} : nous avons {side} {quantity} {isin} à {price}, montant net {amount} "
    "{currency}, négociation le {trade_date}, dénouement le {settlement_date}",
    differs="  votre référence {theirs} ; écarts : {fields}",
    sides={"BUY": "acheté", "SELL": "vendu"},
    fields={
        "isin": "ISIN", "side": "sens", "quantity": "quantité", "price": "cours",
        "amount": "montant net", "currency": "devise", "trade_date": "date de négociation",
        "settlement_date": "date de dénouement",
    },
    day="%d/%m/%Y",
    mark=",",
    none="à convenir",
)  # fmt: skip
LANGUAGES: Final = {"en": ENGLISH, "fr": FRENCH}


def chaser(*, language: str, firm: str, party: str, deals: Sequence[ChasedDeal]) -> Letter:
    """Write the reminder of these deals, those without a word first, then those that differ."""
    phrases = LANGUAGES[language]
    parts = [phrases.opening.format(party=party)]
    silent = [deal for deal in deals if not deal.differs]
    differing = [deal for deal in deals if deal.differs]
    for heading, some in ((phrases.unconfirmed, silent), (phrases.differing, differing)):
        if some:
            parts.append("\n".join([heading, *(_line(deal, phrases) for deal in some)]))
    parts.append(phrases.closing.format(firm=firm))
    subject = phrases.subject.format(firm=firm, n=len(deals))
    return Letter(subject, "\n\n".join(parts) + "\n")


def as_email(
    *, letter: Letter, sender: str, recipient: str, at: datetime, message_id: str
) -> bytes:
    """Return the letter as a message that any mail program opens as a draft."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    if recipient:
        message["To"] = recipient
    message["Date"] = at
    message["Message-ID"] = f"<{message_id}@{sender}>"
    message["X-Unsent"] = "1"
    message.set_content(letter.body)
    return message.as_bytes()


def _line(deal: ChasedDeal, phrases: Phrases) -> str:
    settles = deal.settlement_date
    said = phrases.deal.format(
        reference=deal.reference,
        side=phrases.sides[deal.side],
        quantity=_number(deal.quantity, phrases.mark),
        isin=deal.isin,
        price=_number(deal.price, phrases.mark),
        amount=_number(deal.amount, phrases.mark),
        currency=deal.currency,
        trade_date=deal.trade_date.strftime(phrases.day),
        settlement_date=settles.strftime(phrases.day) if settles else phrases.none,
    )
    if not deal.differs:
        return said
    fields = ", ".join(phrases.fields[name] for name in deal.differs)
    return f"{said}\n{phrases.differs.format(theirs=deal.theirs, fields=fields)}"


def _number(value: Decimal, mark: str) -> str:
    return f"{value.normalize():f}".replace(".", mark)
