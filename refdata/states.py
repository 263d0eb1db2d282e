"""What reference data may be: kinds, states and the life of a settlement instruction."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class RecordState(StrEnum):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class AssetClass(StrEnum):
    EQUITY = "EQUITY"
    BOND = "BOND"
    ETF = "ETF"
    FUND = "FUND"
    DERIVATIVE = "DERIVATIVE"


class PriceType(StrEnum):
    """How a price is said: in money per unit, or in percent of the nominal."""

    MONETARY = "MONETARY"
    PERCENT = "PERCENT"


class OptionType(StrEnum):
    CALL = "CALL"
    PUT = "PUT"


class AccountKind(StrEnum):
    CASH = "CASH"
    SECURITIES = "SECURITIES"


class CalendarKind(StrEnum):
    EXCHANGE = "EXCHANGE"
    PAYMENT = "PAYMENT"


class FeeKind(StrEnum):
    """Who is paid: the broker, a market or an agent, the state."""

    COMMISSION = "COMMISSION"
    FEE = "FEE"
    TAX = "TAX"


class FeeSide(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class DayStep(StrEnum):
    """The steps of the business day, in their order; ALLOCATE is one of a block, not of the day."""

    CAPTURE = "capture"
    ENRICH = "enrich"
    CONTROL = "control"
    VALIDATE = "validate"
    ALLOCATE = "allocate"
    CONFIRM = "confirm"
    STATEMENTS = "statements"
    RECONCILE = "reconcile"
    REPORT = "report"
    CLOSE = "close"


class Language(StrEnum):
    """The languages that we write to a party in."""

    EN = "en"
    FR = "fr"


class ConfirmationChannel(StrEnum):
    """How a party gets our confirmations: a file in its outbox, the API, or from a person.

    The file is of our own format, or of SWIFT messages (FIN).
    """

    FILE = "FILE"
    FIN = "FIN"
    API = "API"
    HAND = "HAND"


class SanctionsList(StrEnum):
    """The lists that we read, each with its newest version in force."""

    OFAC_SDN = "OFAC_SDN"
    OFAC_CONSOLIDATED = "OFAC_CONSOLIDATED"
    UN = "UN"
    US_CSL = "US_CSL"
    EU = "EU"
    EU_JOURNAL = "EU_JOURNAL"


class ListedKind(StrEnum):
    """What an entry of a sanctions list is; some lists do not say it."""

    PERSON = "PERSON"
    ENTITY = "ENTITY"
    VESSEL = "VESSEL"
    AIRCRAFT = "AIRCRAFT"
    ASSET = "ASSET"
    NOT_SAID = "NOT_SAID"


class IdentifierScheme(StrEnum):
    """What the number beside a listed name is."""

    LEI = "LEI"
    BIC = "BIC"
    ISIN = "ISIN"
    IMO = "IMO"
    MMSI = "MMSI"
    CALL_SIGN = "CALL_SIGN"
    PASSPORT = "PASSPORT"
    NATIONAL_ID = "NATIONAL_ID"
    TAX_NUMBER = "TAX_NUMBER"
    REGISTRATION = "REGISTRATION"
    TICKER = "TICKER"
    OTHER = "OTHER"


class PartyNature(StrEnum):
    """Who stands behind a party: somebody outside, ourselves, nobody (a technical code), or who is
    still to be named (a pending one).
    """

    OUTSIDE = "OUTSIDE"
    INTERNAL = "INTERNAL"
    TECHNICAL = "TECHNICAL"
    UNNAMED = "UNNAMED"


class AbsenceKind(StrEnum):
    """Why a trader is away; the house asks for a MANDATORY one, in which others see his books."""

    LEAVE = "LEAVE"
    MANDATORY = "MANDATORY"
    ILLNESS = "ILLNESS"
    AWAY = "AWAY"


class AgreementKind(StrEnum):
    """What two houses signed before they dealt: a framework, or our terms of business."""

    ISDA = "ISDA"
    FBF = "FBF"
    GMRA = "GMRA"
    GMSLA = "GMSLA"
    TERMS = "TERMS"


class Covered(StrEnum):
    """What an agreement may cover."""

    REPO = "REPO"
    LENDING = "LENDING"
    FORWARD = "FORWARD"
    OTC = "OTC"
    SECURITIES = "SECURITIES"


class OwnerKind(StrEnum):
    """Who owns a part of a party."""

    PERSON = "PERSON"
    ENTITY = "ENTITY"


class RestrictedKind(StrEnum):
    """What the house may not deal in by its own decision."""

    INSTRUMENT = "INSTRUMENT"
    COUNTRY = "COUNTRY"


class ScreeningOutcome(StrEnum):
    """What the last screening of a party found; without a name nothing can be compared."""

    CLEAR = "CLEAR"
    HIT = "HIT"
    NAMELESS = "NAMELESS"


class InstructionState(StrEnum):
    """Life of a standing settlement instruction; only an approved one is ever selected."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


INSTRUCTION_TRANSITIONS: Final[Transitions[InstructionState]] = {
    InstructionState.PENDING: frozenset({InstructionState.APPROVED, InstructionState.REFUSED}),
    InstructionState.APPROVED: frozenset(),
    InstructionState.REFUSED: frozenset(),
}

COLOURS: Final[dict[str, str]] = {
    ScreeningOutcome.CLEAR: "green",
    ScreeningOutcome.HIT: "red",
    ScreeningOutcome.NAMELESS: "amber",
    RecordState.ACTIVE: "green",
    RecordState.INACTIVE: "grey",
    InstructionState.PENDING: "amber",
    InstructionState.APPROVED: "green",
    InstructionState.REFUSED: "red",
}
