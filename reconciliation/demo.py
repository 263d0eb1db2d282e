"""The demo week's statements: what custodian and banks would send for our validated trades.

Mostly right, as in life: every `EVERY`-th trade carries the next case of a fixed list, so that each
pass and each category of break has its examples. The same trades give the same files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from core.acts import acting
from core.models import User
from core.table_reading import Reading
from kernel.actors import Actor, ActorKind
from reconciliation import services
from reconciliation.models import Break, StatementFile
from reconciliation.states import BreakCategory, BreakState, Coverage, Resolution
from refdata.models import Account, Party
from trades.models import Trade

EVERY: Final = 33
CENT: Final = Decimal("0.01")
OPENING: Final = Decimal(25_000_000)
MAPPING: Final = "Relevé conservateur"
COLUMNS: Final = {
    "reference": "Référence",
    "isin": "Code ISIN",
    "side": "Sens",
    "quantity": "Quantité",
    "price": "Cours",
    "amount": "Montant net",
    "currency": "Devise",
    "trade_date": "Date de négociation",
    "settlement_date": "Date de dénouement",
}
SIDES: Final = {"BUY": "ACHAT", "SELL": "VENTE"}
TRADE_CASES: Final = (
    "cent", "settle_later", "amount", "quantity", "price", "settle_late", "currency", "reference",
    "twice", "absent", "unknown", "no_reference",
)  # fmt: skip
CASH_CASES: Final = (
    "cent", "amount", "reference", "twice", "absent", "unknown", "no_reference", "late", "fee",
)  # fmt: skip
TALKED_ABOUT: Final = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One bank entry to write: signed amount, the reference quoted, the text."""

    reference: str
    amount: Decimal
    text: str


WITHDRAWN: Final = Entry("VIR-ANNULE", Decimal("4210.00"), "VIREMENT RECU, ANNULE L APRES-MIDI")
"""What the bank told in the morning, and its statement does not have."""


def seed(*, business_date: date, at: datetime) -> None:
    """Send in the statements of the days before `business_date`, all or none; once."""
    if StatementFile.objects.exists():
        return
    agent = _person("agent")
    with acting(actor=agent, reason="demo day"):
        _send_in(business_date, agent, at)


def _send_in(business_date: date, agent: Actor, at: datetime) -> None:
    trades = list(
        Trade.objects.filter(state="VALIDATED", settlement_date__isnull=False)
        .exclude(product="FX")
        .order_by("reference")
    )
    cases = {trade.pk: n // EVERY for n, trade in enumerate(trades) if n % EVERY == EVERY - 1}
    for sent in (
        *_custodian_files(trades, cases, agent, at),
        *_bank_files(trades, cases, business_date, agent, at),
    ):
        services.import_statement(file_id=sent.pk, actor=agent, at=at)
        services.reconcile_file(file_id=sent.pk, actor=agent, at=at)
    _work_on_breaks(agent, _person("agent2"), at)


def _person(username: str) -> Actor:
    user = User.objects.get(username=username)
    return Actor(name=username, kind=ActorKind.PERSON, user_id=user.pk)


# ------------------------------------------------------------------ what the custodian sends
def _custodian_files(
    trades: Sequence[Trade], cases: dict[int, int], actor: Actor, at: datetime
) -> Iterator[StatementFile]:
    custodian = Party.objects.filter(is_custodian=True).order_by("code").first()
    if custodian is None or not trades:
        return
    mapping = services.save_mapping(
        name=MAPPING,
        sender_code=custodian.code,
        reading=Reading(columns=COLUMNS, date_format="%d/%m/%Y", decimal_mark=","),
        coverage=Coverage.ALL,
        actor=actor,
    )
    for day in sorted({trade.trade_date for trade in trades}):
        lines = [";".join(COLUMNS.values())]
        for trade in trades:
            if trade.trade_date == day:
                lines += [";".join(row) for row in _rows(trade, cases.get(trade.pk))]
        yield services.receive_statement(
            name=f"{custodian.code}-{day:%Y%m%d}.csv",
            content="\r\n".join(lines).encode(),
            mapping_id=mapping.pk,
            actor=actor,
            at=at,
        )


def _rows(trade: Trade, number: int | None) -> list[list[str]]:
    """Return the custodian's lines for one trade: one, unless its case says otherwise."""
    case = "" if number is None else TRADE_CASES[number % len(TRADE_CASES)]
    settled = trade.settlement_date or trade.trade_date
    values = {
        "reference": trade.reference,
        "isin": trade.isin,
        "side": SIDES[trade.side],
        "quantity": _comma(trade.quantity + (case == "quantity")),
        "price": _comma(trade.price + (case == "price")),
        "amount": _comma(trade.net_amount + _amount_gap(case)),
        "currency": trade.currency,
        "trade_date": f"{trade.trade_date:%d/%m/%Y}",
        "settlement_date": f"{settled + _settlement_gap(case):%d/%m/%Y}",
    }
    if case == "currency":
        values["currency"] = "CHF" if trade.currency != "CHF" else "EUR"
    if case in {"reference", "unknown"}:
        other = trade.reference[::-1] if case == "reference" else f"C{trade.reference}"
        values["reference"] = other
    if case == "unknown":
        values["quantity"], values["amount"] = _comma(Decimal(7)), _comma(trade.price * 7)
    row = [values[name] for name in COLUMNS]
    return {"absent": [], "twice": [row, row]}.get(case, [row])


def _amount_gap(case: str) -> Decimal:
    return {"cent": CENT, "amount": Decimal(125)}.get(case, Decimal(0))


def _settlement_gap(case: str) -> timedelta:
    return timedelta(days={"settle_later": 1, "settle_late": 7}.get(case, 0))


def _comma(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


# ------------------------------------------------------------------ what the banks send
def _bank_files(
    trades: Sequence[Trade], cases: dict[int, int], until: date, actor: Actor, at: datetime
) -> Iterator[StatementFile]:
    """Yield one statement per account and settlement day, each opening where the last closed."""
    accounts: dict[str, Account] = {}
    for account in Account.objects.filter(kind="CASH").order_by("code"):
        accounts.setdefault(account.currency, account)
    for currency, account in sorted(accounts.items()):
        due = [
            (trade.settlement_date, trade)
            for trade in trades
            if trade.currency == currency
            and trade.settlement_date
            and trade.settlement_date < until
        ]
        balance, late = OPENING, list[Entry]()
        days = sorted({settled for settled, _trade in due})
        for n, day in enumerate(days, start=1):
            entries, late = late, []
            for settled, trade in due:
                if settled == day:
                    today, tomorrow = _entries(trade, cases.get(trade.pk))
                    entries += today
                    late += tomorrow
            if currency == "EUR" and day == days[-1]:
                morning = [*entries[: len(entries) // 2], WITHDRAWN]
                yield services.receive_statement(
                    name=f"{account.code}-{day:%Y%m%d}-1100.sta",
                    content=_mt942(account, n, day, morning).encode(),
                    mapping_id=None,
                    actor=actor,
                    at=at,
                )
            closing = balance + sum((entry.amount for entry in entries), start=Decimal(0))
            write = _mt940 if currency == "EUR" else _camt053
            yield services.receive_statement(
                name=f"{account.code}-{day:%Y%m%d}{'.sta' if currency == 'EUR' else '.xml'}",
                content=write(account, n, day, balance, closing, entries).encode(),
                mapping_id=None,
                actor=actor,
                at=at,
            )
            balance = closing


def _entries(trade: Trade, number: int | None) -> tuple[list[Entry], list[Entry]]:
    """Return the entries of one trade on its day, and those that the bank books a day late."""
    case = "" if number is None else CASH_CASES[number % len(CASH_CASES)]
    amount = -trade.net_amount if trade.side == "BUY" else trade.net_amount
    text = f"{SIDES[trade.side]} {trade.isin}"
    entry = Entry(trade.reference, amount + _amount_gap(case), text)
    odd: dict[str, list[Entry]] = {
        "absent": [],
        "late": [],
        "twice": [entry, entry],
        "reference": [Entry(f"X/{trade.reference}", amount, text)],
        "no_reference": [Entry("", amount, text)],
        "unknown": [entry, Entry("VIR-SANS-AVIS", Decimal("1830.40"), "VIREMENT RECU")],
        "fee": [entry, Entry("", Decimal("-12.50"), "FRAIS DE TENUE DE COMPTE")],
    }
    return odd.get(case, [entry]), [entry] if case == "late" else []


def _mt940(
    account: Account, n: int, day: date, opening: Decimal, closing: Decimal, entries: list[Entry]
) -> str:
    lines = [
        f":20:REL{day:%Y%m%d}",
        f":25:{account.iban}",
        f":28C:{n:05}/001",
        f":60F:{_mt_balance(day, account.currency, opening)}",
        *_mt_entries(day, entries),
        f":62F:{_mt_balance(day, account.currency, closing)}",
        "-",
    ]
    return "\r\n".join(lines)


def _mt942(account: Account, n: int, day: date, entries: list[Entry]) -> str:
    """Write what the bank tells at eleven, with the totals of what it has booked until then."""
    totals = []
    for tag, is_debit in (("90D", True), ("90C", False)):
        amounts = [entry.amount for entry in entries if (entry.amount < 0) == is_debit]
        total = _mt_amount(sum(amounts, start=Decimal(0)))
        totals.append(f":{tag}:{len(amounts)}{account.currency}{total}")
    lines = [
        f":20:INT{day:%Y%m%d}",
        f":25:{account.iban}",
        f":28C:{n:05}/001",
        f":34F:{account.currency}0,",
        f":13D:{day:%y%m%d}1100+0100",
        *_mt_entries(day, entries),
        *totals,
        "-",
    ]
    return "\r\n".join(lines)


def _mt_entries(day: date, entries: list[Entry]) -> Iterator[str]:
    for number, entry in enumerate(entries, start=1):
        mark = "C" if entry.amount >= 0 else "D"
        reference = entry.reference or "NONREF"
        yield (
            f":61:{day:%y%m%d}{day:%m%d}{mark}{_mt_amount(entry.amount)}NTRF{reference}"
            f"//B{day:%y%m%d}{number:04}"
        )
        yield f":86:{entry.text}"


def _mt_balance(day: date, currency: str, amount: Decimal) -> str:
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}{currency}{_mt_amount(amount)}"


def _mt_amount(amount: Decimal) -> str:
    text = f"{abs(amount).normalize():f}"
    return text.replace(".", ",") if "." in text else text + ","


def _camt053(
    account: Account, n: int, day: date, opening: Decimal, closing: Decimal, entries: list[Entry]
) -> str:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_camt_amount(account, amount)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    booked = "".join(
        f"<Ntry>{_camt_amount(account, entry.amount)}<Sts><Cd>BOOK</Cd>"
        f"</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        "<NtryDtls><TxDtls><Refs><EndToEndId>"
        f"{entry.reference or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RmtInf><Ustrd>{entry.text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{account.code}-{day}</MsgId><CreDtTm>{day}T19:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{account.code}-{n}</Id><ElctrncSeqNb>{n}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{account.iban}</IBAN></Id><Ccy>{account.currency}</Ccy></Acct>"
        f"{balances}\n{booked}</Stmt></BkToCstmrStmt></Document>"
    )


def _camt_amount(account: Account, amount: Decimal) -> str:
    mark = "CRDT" if amount >= 0 else "DBIT"
    figure = f"{abs(amount).normalize():f}"
    return f'<Amt Ccy="{account.currency}">{figure}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


# ------------------------------------------------------------------ what people did since
def _work_on_breaks(agent: Actor, colleague: Actor, at: datetime) -> None:
    """Let two agents take some breaks, say what they know, and accept the smallest difference."""
    for category in BreakCategory:
        live = Break.objects.filter(category=category.value, state=BreakState.OPEN.value)
        for n, found in enumerate(live.order_by("id")[:2]):
            owner = agent if n == 0 else colleague
            services.assign_break(break_id=found.pk, owner_id=owner.user_id, actor=owner, at=at)
            text = "Demande envoyée au conservateur." if n else "Question posée à la banque."
            services.comment_break(break_id=found.pk, text=text, actor=owner, at=at)
    accepted = Break.objects.filter(
        category=BreakCategory.MISSING_OURS.value, state=BreakState.OPEN.value, reference=""
    ).order_by("id")
    for found in accepted[:TALKED_ABOUT]:
        services.resolve_break(
            break_id=found.pk,
            resolution=Resolution.ACCEPTED,
            reason="Frais de tenue de compte, contrat cadre",
            actor=colleague,
            at=at,
        )
