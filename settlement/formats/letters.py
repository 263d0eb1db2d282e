"""What a chaser and a confirmation say, in the language of the counterparty; and an e-mail file.

The texts are not of a catalogue: they are letters to somebody else, whatever the language of the
person who sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from settlement.facts import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChasedDeal:
    """One trade that a letter is about; `differs` are the fields on which the sides differ."""

    reference: str
    deal: Deal
    theirs: str = ""
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
    deals: dict[str, str]
    differs: str
    sides: dict[str, dict[str, str]]
    fields: dict[str, str]
    day: str
    mark: str
    none: str
    open_end: str
    confirming: str
    confirmed: str


ENGLISH: Final = Phrases(
    subject="{firm}: {n} trade(s) to be confirmed",
    opening="Dear colleagues of {party},",
    unconfirmed="We have not received your confirmation of the following trades:",
    differing="Your confirmation of the following trades differs from ours:",
    closing="Please confirm them today, or tell us what you have booked instead.\n\n"
    "Kind regards,\n{firm}, Operations",
    deals={
        "": "- {reference}: we {side} {quantity} {isin} at {price}, net {amount} {currency}, "
        "trade date {trade_date}, settlement {settlement_date}",
        "FX": "- {reference}: we {side} {quantity} {currency} against {counter_amount} "
        "{counter_currency}, {pair} at {price}, trade date {trade_date}, value {settlement_date}",
        "REPO": "- {reference}: {side}, {quantity} {isin} against {amount} {currency} on "
        "{settlement_date}, back on {end_date} against {end_amount} {currency}, rate {rate} %, "
        "trade date {trade_date}",
        "LENDING": "- {reference}: we {side} {quantity} {isin} from {settlement_date} to "
        "{end_date}, fee {rate} bp, cash collateral {amount} {currency}, trade date {trade_date}",
    },
    differs="  your reference {theirs}; what differs: {fields}",
    sides={
        "": {"BUY": "bought", "SELL": "sold"},
        "FX": {"BUY": "bought", "SELL": "sold"},
        "REPO": {"BUY": "reverse repo (we buy and sell back)",
                 "SELL": "repo (we sell and buy back)"},
        "LENDING": {"BUY": "borrowed", "SELL": "lent"},
    },
    fields={
        "isin": "ISIN", "side": "side", "quantity": "quantity", "price": "price",
        "amount": "net amount", "currency": "currency", "trade_date": "trade date",
        "settlement_date": "settlement date", "pair": "pair of currencies",
        "counter_amount": "counter-amount", "rate": "rate", "end_date": "end date",
        "end_amount": "cash at the end",
    },
    day="%Y-%m-%d",
    mark=".",
    none="to be agreed",
    open_end="an open date",
    confirming="{firm}: confirmation of {reference}",
    confirmed="We confirm the following trade:",
)  # fmt: skip
FRENCH: Final = Phrases(
    subject="{firm} : {n} opération(s) à confirmer",
    opening="À l’attention du middle office de {party},",
    unconfirmed="Nous n’avons pas reçu votre confirmation des opérations suivantes :",
    differing="Votre confirmation des opérations suivantes diffère de la nôtre :",
    closing="Merci de les confirmer dans la journée, ou de nous indiquer ce que vous avez "
    "enregistré.\n\nCordialement,\n{firm}, Back office",
    deals={
        "": "- {reference} : nous avons {side} {quantity} {isin} à {price}, montant net {amount} "
        "{currency}, négociation le {trade_date}, dénouement le {settlement_date}",
        "FX": "- {reference} : nous avons {side} {quantity} {currency} contre {counter_amount} "
        "{counter_currency}, {pair} à {price}, négociation le {trade_date}, "
        "date de valeur le {settlement_date}",
        "REPO": "- {reference} : {side}, {quantity} {isin} contre {amount} {currency} le "
        "{settlement_date}, retour le {end_date} contre {end_amount} {currency}, taux {rate} %, "
        "négociation le {trade_date}",
        "LENDING": "- {reference} : nous avons {side} {quantity} {isin} du {settlement_date} au "
        "{end_date}, commission {rate} pb, collatéral espèces {amount} {currency}, "
        "négociation le {trade_date}",
    },
    differs="  votre référence {theirs} ; écarts : {fields}",
    sides={
        "": {"BUY": "acheté", "SELL": "vendu"},
        "FX": {"BUY": "acheté", "SELL": "vendu"},
        "REPO": {"BUY": "prise en pension (nous achetons et revendons)",
                 "SELL": "mise en pension (nous vendons et rachetons)"},
        "LENDING": {"BUY": "emprunté", "SELL": "prêté"},
    },
    fields={
        "isin": "ISIN", "side": "sens", "quantity": "quantité", "price": "cours",
        "amount": "montant net", "currency": "devise", "trade_date": "date de négociation",
        "settlement_date": "date de dénouement", "pair": "paire de devises",
        "counter_amount": "contre-montant", "rate": "taux", "end_date": "date de fin",
        "end_amount": "montant final",
    },
    day="%d/%m/%Y",
    mark=",",
    none="à convenir",
    open_end="une date ouverte",
    confirming="{firm} : confirmation de {reference}",
    confirmed="Nous confirmons l’opération suivante :",
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


def confirmation(*, language: str, firm: str, party: str, deal: ChasedDeal) -> Letter:
    """Write our confirmation of one trade, for a counterparty that gets it from a person."""
    phrases = LANGUAGES[language]
    lines = (phrases.opening.format(party=party), phrases.confirmed, _line(deal, phrases),
             phrases.closing.format(firm=firm))  # fmt: skip
    subject = phrases.confirming.format(firm=firm, reference=deal.reference)
    return Letter(subject, "\n\n".join(lines) + "\n")


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


def _line(one: ChasedDeal, phrases: Phrases) -> str:
    deal = one.deal
    settles, ends = deal.settlement_date, deal.end_date
    figures = ("quantity", "price", "amount", "counter_amount", "rate", "end_amount")
    said = phrases.deals[deal.product].format(
        reference=one.reference,
        side=phrases.sides[deal.product][deal.side],
        isin=deal.isin,
        pair=deal.pair,
        currency=deal.currency,
        counter_currency=deal.counter_currency,
        trade_date=deal.trade_date.strftime(phrases.day),
        settlement_date=settles.strftime(phrases.day) if settles else phrases.none,
        end_date=ends.strftime(phrases.day) if ends else phrases.open_end,
        **{name: _number(getattr(deal, name), phrases) for name in figures},
    )
    if not one.differs:
        return said
    fields = ", ".join(phrases.fields[name] for name in one.differs)
    return f"{said}\n{phrases.differs.format(theirs=one.theirs, fields=fields)}"


def _number(value: Decimal | None, phrases: Phrases) -> str:
    return phrases.none if value is None else f"{value.normalize():f}".replace(".", phrases.mark)
