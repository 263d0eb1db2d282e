"""The 65 fields of RTS 22 as a table: number, name, element, and how to read the value.

The same table feeds the page of a report, the documentation and the lineage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from reporting.facts import (
    Decider,
    DeciderKind,
    PartyKind,
    ReportedInstrument,
    ReportedParty,
    ReportedPrice,
    TransactionFacts,
)
from reporting.formats.auth016 import moment, number

Reader = Callable[[TransactionFacts], str]


@dataclass(frozen=True, slots=True)
class ReportField:
    """One field; `read` gives its value as written in the file, or an empty text."""

    number: int
    name: str
    element: str
    read: Reader


def field_values(facts: TransactionFacts) -> dict[int, str]:
    """The filled fields of one report by number, as text."""
    return {field.number: value for field in FIELDS if (value := field.read(facts))}


def _plain(name: str) -> Reader:
    return lambda facts: str(getattr(facts, name))


def _flag(name: str) -> Reader:
    return lambda facts: _boolean(getattr(facts, name))


def _boolean(value: bool | None) -> str:  # noqa: FBT001 - a value to write, not a switch
    return "" if value is None else str(value).lower()


def _party(party: ReportedParty) -> str:
    if party.kind is PartyKind.INTERNAL:
        return "INTC"
    return party.person.identifier if party.person else party.value


def _parties(name: str) -> Reader:
    return lambda facts: ", ".join(_party(party) for party in getattr(facts, name))


def _branches(name: str) -> Reader:
    return lambda facts: ", ".join(
        party.branch_country for party in getattr(facts, name) if party.branch_country
    )


def _people(name: str, part: str) -> Reader:
    return lambda facts: ", ".join(
        str(getattr(party.person, part)) for party in getattr(facts, name) if party.person
    )


def _decider(name: str) -> Reader:
    def read(facts: TransactionFacts) -> str:
        decider: Decider | None = getattr(facts, name)
        if decider is None:
            return ""
        return "NORE" if decider.kind is DeciderKind.NO_REASON else decider.identifier

    return read


def _decider_country(name: str) -> Reader:
    def read(facts: TransactionFacts) -> str:
        decider: Decider | None = getattr(facts, name)
        return decider.branch_country if decider else ""

    return read


def _amount(value: Decimal | None) -> str:
    return "" if value is None else number(value)


def _price(price: ReportedPrice | None) -> str:
    if price is None:
        return ""
    return price.kind.value if price.amount is None else number(price.amount)


def _described(part: Callable[[ReportedInstrument], object]) -> Reader:
    def read(facts: TransactionFacts) -> str:
        if facts.instrument is None:
            return ""
        value = part(facts.instrument)
        if isinstance(value, Decimal):
            return number(value)
        return value.isoformat() if isinstance(value, date) else str(value or "")

    return read


def _person_fields(
    first: int, name: str, element: str, owners: str, makers: str
) -> list[ReportField]:
    """Fields 7-15 for the buyer, 16-24 for the seller."""
    owner, maker = f"{element}/AcctOwnr", f"{element}/DcsnMakr"
    return [
        ReportField(first, f"{name} identification code", f"{owner}/Id", _parties(owners)),
        ReportField(
            first + 1, f"{name}: country of branch", f"{owner}/CtryOfBrnch", _branches(owners)
        ),
        ReportField(
            first + 2,
            f"{name}: first names",
            f"{owner}/Id/Prsn/FrstNm",
            _people(owners, "first_names"),
        ),
        ReportField(
            first + 3, f"{name}: surnames", f"{owner}/Id/Prsn/Nm", _people(owners, "surname")
        ),
        ReportField(
            first + 4,
            f"{name}: date of birth",
            f"{owner}/Id/Prsn/BirthDt",
            _people(owners, "birth_date"),
        ),
        ReportField(first + 5, f"{name} decision maker code", maker, _parties(makers)),
        ReportField(
            first + 6,
            f"{name} decision maker: first names",
            f"{maker}/Prsn/FrstNm",
            _people(makers, "first_names"),
        ),
        ReportField(
            first + 7,
            f"{name} decision maker: surnames",
            f"{maker}/Prsn/Nm",
            _people(makers, "surname"),
        ),
        ReportField(
            first + 8,
            f"{name} decision maker: date of birth",
            f"{maker}/Prsn/BirthDt",
            _people(makers, "birth_date"),
        ),
    ]


FIELDS: Final[tuple[ReportField, ...]] = (
    ReportField(1, "Report status", "New, Cxl", lambda _facts: "NEWT"),
    ReportField(2, "Transaction reference number", "TxId", _plain("transaction_id")),
    ReportField(
        3,
        "Venue transaction identification code",
        "Tx/TradPlcMtchgId",
        _plain("venue_transaction_id"),
    ),
    ReportField(4, "Executing entity identification code", "ExctgPty", _plain("executing_lei")),
    ReportField(
        5, "Investment firm covered by MiFID II", "InvstmtPtyInd", _flag("is_investment_firm")
    ),
    ReportField(6, "Submitting entity identification code", "SubmitgPty", _plain("submitting_lei")),
    *_person_fields(7, "Buyer", "Buyr", "buyers", "buyer_deciders"),
    *_person_fields(16, "Seller", "Sellr", "sellers", "seller_deciders"),
    ReportField(
        25, "Transmission of order indicator", "OrdrTrnsmssn/TrnsmssnInd", _flag("is_transmitted")
    ),
    ReportField(
        26,
        "Transmitting firm for the buyer",
        "OrdrTrnsmssn/TrnsmttgBuyr",
        _plain("transmitting_buyer"),
    ),
    ReportField(
        27,
        "Transmitting firm for the seller",
        "OrdrTrnsmssn/TrnsmttgSellr",
        _plain("transmitting_seller"),
    ),
    ReportField(
        28,
        "Trading date time",
        "Tx/TradDt",
        lambda facts: moment(facts.traded_at, fine=facts.is_on_venue),
    ),
    ReportField(29, "Trading capacity", "Tx/TradgCpcty", _plain("capacity")),
    ReportField(30, "Quantity", "Tx/Qty", lambda facts: number(facts.quantity.amount)),
    ReportField(31, "Quantity currency", "Tx/Qty/@Ccy", lambda facts: facts.quantity.currency),
    ReportField(
        32,
        "Derivative notional increase or decrease",
        "Tx/DerivNtnlChng",
        _plain("notional_change"),
    ),
    ReportField(33, "Price", "Tx/Pric", lambda facts: _price(facts.price)),
    ReportField(34, "Price currency", "Tx/Pric/@Ccy", lambda facts: facts.price.currency),
    ReportField(35, "Net amount", "Tx/NetAmt", lambda facts: _amount(facts.net_amount)),
    ReportField(36, "Venue", "Tx/TradVn", _plain("venue")),
    ReportField(
        37, "Country of the branch membership", "Tx/CtryOfBrnch", _plain("membership_country")
    ),
    ReportField(
        38, "Up-front payment", "Tx/UpFrntPmt/Amt", lambda facts: _amount(facts.up_front_amount)
    ),
    ReportField(
        39, "Up-front payment currency", "Tx/UpFrntPmt/Amt/@Ccy", _plain("up_front_currency")
    ),
    ReportField(40, "Complex trade component", "Tx/CmplxTradCmpntId", _plain("package_id")),
    ReportField(41, "Instrument identification code", "FinInstrm/Id", _plain("isin")),
    ReportField(
        42, "Instrument full name", "FinInstrm/Othr/…/FullNm", _described(lambda i: i.full_name)
    ),
    ReportField(
        43, "Instrument classification", "FinInstrm/Othr/…/ClssfctnTp", _described(lambda i: i.cfi)
    ),
    ReportField(
        44,
        "Notional currency 1",
        "FinInstrm/Othr/…/NtnlCcy",
        _described(lambda i: i.notional_currency),
    ),
    ReportField(
        45,
        "Notional currency 2",
        "FinInstrm/Othr/…/OthrNtnlCcy",
        _described(lambda i: i.second_currency),
    ),
    ReportField(
        46, "Price multiplier", "FinInstrm/Othr/…/PricMltplr", _described(lambda i: i.multiplier)
    ),
    ReportField(
        47,
        "Underlying instrument code",
        "FinInstrm/Othr/…/ISIN",
        _described(lambda i: i.underlying_isin),
    ),
    ReportField(48, "Underlying index name", "FinInstrm/Othr/…/Indx/Nm", lambda _facts: ""),
    ReportField(49, "Term of the underlying index", "FinInstrm/Othr/…/Term", lambda _facts: ""),
    ReportField(50, "Option type", "FinInstrm/Othr/…/OptnTp", _described(lambda i: i.option_type)),
    ReportField(
        51, "Strike price", "FinInstrm/Othr/…/StrkPric", _described(lambda i: _price(i.strike))
    ),
    ReportField(
        52,
        "Strike price currency",
        "FinInstrm/Othr/…/StrkPric/@Ccy",
        _described(lambda i: i.strike.currency if i.strike else ""),
    ),
    ReportField(
        53,
        "Option exercise style",
        "FinInstrm/Othr/…/OptnExrcStyle",
        _described(lambda i: i.exercise_style),
    ),
    ReportField(
        54, "Maturity date", "FinInstrm/Othr/…/MtrtyDt", _described(lambda i: i.maturity_date)
    ),
    ReportField(55, "Expiry date", "FinInstrm/Othr/…/XpryDt", _described(lambda i: i.expiry_date)),
    ReportField(
        56, "Delivery type", "FinInstrm/Othr/…/DlvryTp", _described(lambda i: i.delivery_type)
    ),
    ReportField(
        57, "Investment decision within firm", "InvstmtDcsnPrsn", _decider("investment_decider")
    ),
    ReportField(
        58,
        "Country of the branch of who decided",
        "InvstmtDcsnPrsn/Prsn/CtryOfBrnch",
        _decider_country("investment_decider"),
    ),
    ReportField(59, "Execution within firm", "ExctgPrsn", _decider("executing_person")),
    ReportField(
        60,
        "Country of the branch of who executed",
        "ExctgPrsn/Prsn/CtryOfBrnch",
        _decider_country("executing_person"),
    ),
    ReportField(
        61, "Waiver indicator", "AddtlAttrbts/WvrInd", lambda facts: ", ".join(facts.waivers)
    ),
    ReportField(
        62, "Short selling indicator", "AddtlAttrbts/ShrtSellgInd", _plain("short_selling")
    ),
    ReportField(
        63,
        "OTC post-trade indicator",
        "AddtlAttrbts/OTCPstTradInd",
        lambda facts: ", ".join(facts.post_trade_flags),
    ),
    ReportField(
        64, "Commodity derivative indicator", "AddtlAttrbts/RskRdcgTx", _flag("is_risk_reducing")
    ),
    ReportField(
        65,
        "Securities financing transaction",
        "AddtlAttrbts/SctiesFincgTxInd",
        _flag("is_securities_financing"),
    ),
)
