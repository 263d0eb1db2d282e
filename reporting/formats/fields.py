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


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


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


BUYER_NAMES: Final = (
    N_("Buyer identification code"),
    N_("Buyer: country of branch"),
    N_("Buyer: first names"),
    N_("Buyer: surnames"),
    N_("Buyer: date of birth"),
    N_("Buyer decision maker code"),
    N_("Buyer decision maker: first names"),
    N_("Buyer decision maker: surnames"),
    N_("Buyer decision maker: date of birth"),
)
SELLER_NAMES: Final = (
    N_("Seller identification code"),
    N_("Seller: country of branch"),
    N_("Seller: first names"),
    N_("Seller: surnames"),
    N_("Seller: date of birth"),
    N_("Seller decision maker code"),
    N_("Seller decision maker: first names"),
    N_("Seller decision maker: surnames"),
    N_("Seller decision maker: date of birth"),
)


def _side_fields(
    first: int, names: tuple[str, ...], element: str, owners: str, makers: str
) -> list[ReportField]:
    """Fields 7-15 for the buyer, 16-24 for the seller."""
    owner, maker = f"{element}/AcctOwnr", f"{element}/DcsnMakr"
    readers = (
        (f"{owner}/Id", _parties(owners)),
        (f"{owner}/CtryOfBrnch", _branches(owners)),
        (f"{owner}/Id/Prsn/FrstNm", _people(owners, "first_names")),
        (f"{owner}/Id/Prsn/Nm", _people(owners, "surname")),
        (f"{owner}/Id/Prsn/BirthDt", _people(owners, "birth_date")),
        (maker, _parties(makers)),
        (f"{maker}/Prsn/FrstNm", _people(makers, "first_names")),
        (f"{maker}/Prsn/Nm", _people(makers, "surname")),
        (f"{maker}/Prsn/BirthDt", _people(makers, "birth_date")),
    )
    return [
        ReportField(first + offset, name, path, read)
        for offset, (name, (path, read)) in enumerate(zip(names, readers, strict=True))
    ]


FIELDS: Final[tuple[ReportField, ...]] = (
    ReportField(1, N_("Report status"), "New, Cxl", lambda _facts: "NEWT"),
    ReportField(2, N_("Transaction reference number"), "TxId", _plain("transaction_id")),
    ReportField(
        3,
        N_("Venue transaction identification code"),
        "Tx/TradPlcMtchgId",
        _plain("venue_transaction_id"),
    ),
    ReportField(4, N_("Executing entity identification code"), "ExctgPty", _plain("executing_lei")),
    ReportField(
        5, N_("Investment firm covered by MiFID II"), "InvstmtPtyInd", _flag("is_investment_firm")
    ),
    ReportField(
        6, N_("Submitting entity identification code"), "SubmitgPty", _plain("submitting_lei")
    ),
    *_side_fields(7, BUYER_NAMES, "Buyr", "buyers", "buyer_deciders"),
    *_side_fields(16, SELLER_NAMES, "Sellr", "sellers", "seller_deciders"),
    ReportField(
        25,
        N_("Transmission of order indicator"),
        "OrdrTrnsmssn/TrnsmssnInd",
        _flag("is_transmitted"),
    ),
    ReportField(
        26,
        N_("Transmitting firm for the buyer"),
        "OrdrTrnsmssn/TrnsmttgBuyr",
        _plain("transmitting_buyer"),
    ),
    ReportField(
        27,
        N_("Transmitting firm for the seller"),
        "OrdrTrnsmssn/TrnsmttgSellr",
        _plain("transmitting_seller"),
    ),
    ReportField(
        28,
        N_("Trading date time"),
        "Tx/TradDt",
        lambda facts: moment(facts.traded_at, fine=facts.is_on_venue),
    ),
    ReportField(29, N_("Trading capacity"), "Tx/TradgCpcty", _plain("capacity")),
    ReportField(30, N_("Quantity"), "Tx/Qty", lambda facts: number(facts.quantity.amount)),
    ReportField(31, N_("Quantity currency"), "Tx/Qty/@Ccy", lambda facts: facts.quantity.currency),
    ReportField(
        32,
        N_("Derivative notional increase or decrease"),
        "Tx/DerivNtnlChng",
        _plain("notional_change"),
    ),
    ReportField(33, N_("Price"), "Tx/Pric", lambda facts: _price(facts.price)),
    ReportField(34, N_("Price currency"), "Tx/Pric/@Ccy", lambda facts: facts.price.currency),
    ReportField(35, N_("Net amount"), "Tx/NetAmt", lambda facts: _amount(facts.net_amount)),
    ReportField(36, N_("Venue"), "Tx/TradVn", _plain("venue")),
    ReportField(
        37, N_("Country of the branch membership"), "Tx/CtryOfBrnch", _plain("membership_country")
    ),
    ReportField(
        38, N_("Up-front payment"), "Tx/UpFrntPmt/Amt", lambda facts: _amount(facts.up_front_amount)
    ),
    ReportField(
        39, N_("Up-front payment currency"), "Tx/UpFrntPmt/Amt/@Ccy", _plain("up_front_currency")
    ),
    ReportField(40, N_("Complex trade component"), "Tx/CmplxTradCmpntId", _plain("package_id")),
    ReportField(41, N_("Instrument identification code"), "FinInstrm/Id", _plain("isin")),
    ReportField(
        42, N_("Instrument full name"), "FinInstrm/Othr/…/FullNm", _described(lambda i: i.full_name)
    ),
    ReportField(
        43,
        N_("Instrument classification"),
        "FinInstrm/Othr/…/ClssfctnTp",
        _described(lambda i: i.cfi),
    ),
    ReportField(
        44,
        N_("Notional currency 1"),
        "FinInstrm/Othr/…/NtnlCcy",
        _described(lambda i: i.notional_currency),
    ),
    ReportField(
        45,
        N_("Notional currency 2"),
        "FinInstrm/Othr/…/OthrNtnlCcy",
        _described(lambda i: i.second_currency),
    ),
    ReportField(
        46,
        N_("Price multiplier"),
        "FinInstrm/Othr/…/PricMltplr",
        _described(lambda i: i.multiplier),
    ),
    ReportField(
        47,
        N_("Underlying instrument code"),
        "FinInstrm/Othr/…/ISIN",
        _described(lambda i: i.underlying_isin),
    ),
    ReportField(48, N_("Underlying index name"), "FinInstrm/Othr/…/Indx/Nm", lambda _facts: ""),
    ReportField(49, N_("Term of the underlying index"), "FinInstrm/Othr/…/Term", lambda _facts: ""),
    ReportField(
        50, N_("Option type"), "FinInstrm/Othr/…/OptnTp", _described(lambda i: i.option_type)
    ),
    ReportField(
        51, N_("Strike price"), "FinInstrm/Othr/…/StrkPric", _described(lambda i: _price(i.strike))
    ),
    ReportField(
        52,
        N_("Strike price currency"),
        "FinInstrm/Othr/…/StrkPric/@Ccy",
        _described(lambda i: i.strike.currency if i.strike else ""),
    ),
    ReportField(
        53,
        N_("Option exercise style"),
        "FinInstrm/Othr/…/OptnExrcStyle",
        _described(lambda i: i.exercise_style),
    ),
    ReportField(
        54, N_("Maturity date"), "FinInstrm/Othr/…/MtrtyDt", _described(lambda i: i.maturity_date)
    ),
    ReportField(
        55, N_("Expiry date"), "FinInstrm/Othr/…/XpryDt", _described(lambda i: i.expiry_date)
    ),
    ReportField(
        56, N_("Delivery type"), "FinInstrm/Othr/…/DlvryTp", _described(lambda i: i.delivery_type)
    ),
    ReportField(
        57, N_("Investment decision within firm"), "InvstmtDcsnPrsn", _decider("investment_decider")
    ),
    ReportField(
        58,
        N_("Country of the branch of who decided"),
        "InvstmtDcsnPrsn/Prsn/CtryOfBrnch",
        _decider_country("investment_decider"),
    ),
    ReportField(59, N_("Execution within firm"), "ExctgPrsn", _decider("executing_person")),
    ReportField(
        60,
        N_("Country of the branch of who executed"),
        "ExctgPrsn/Prsn/CtryOfBrnch",
        _decider_country("executing_person"),
    ),
    ReportField(
        61, N_("Waiver indicator"), "AddtlAttrbts/WvrInd", lambda facts: ", ".join(facts.waivers)
    ),
    ReportField(
        62, N_("Short selling indicator"), "AddtlAttrbts/ShrtSellgInd", _plain("short_selling")
    ),
    ReportField(
        63,
        N_("OTC post-trade indicator"),
        "AddtlAttrbts/OTCPstTradInd",
        lambda facts: ", ".join(facts.post_trade_flags),
    ),
    ReportField(
        64,
        N_("Commodity derivative indicator"),
        "AddtlAttrbts/RskRdcgTx",
        _flag("is_risk_reducing"),
    ),
    ReportField(
        65,
        N_("Securities financing transaction"),
        "AddtlAttrbts/SctiesFincgTxInd",
        _flag("is_securities_financing"),
    ),
)
