"""The words and colours of every state of the house: one table, read by badges and charts.

Colours travel with the states (`COLOURS` of each room's `states.py`); the words are here, because
states are plain Python and know no language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import desk.states
import feeds.states
import reconciliation.states
import refdata.states
import reporting.states
import settlement.states
import trades.states
from backoffice.conduct_words import CONDUCT_NAMES, CONDUCT_PLAIN, CONDUCT_WORDS
from backoffice.event_words import EVENT_WORDS
from backoffice.evidence_words import EVIDENCE_NAMES
from backoffice.job_words import JOB_WORDS
from backoffice.names import NAMES
from backoffice.reasons import REASONS
from backoffice.statement_words import STATEMENT_NAMES, STATEMENT_WORDS
from core.pages import status, words
from feeds.facts import EventType
from refdata.services import FILE_KINDS

STATES: Final = (
    settlement.states,
    reconciliation.states,
    reporting.states,
    refdata.states,
    feeds.states,
    desk.states,
    trades.states,
)
"""The last one wins where two rooms colour the same word: trades are what people look at most."""

WORDS: Final[dict[str, str | Promise]] = {
    "OPEN": _("Open"),
    "ASSIGNED": _("Assigned"),
    "RESOLVED": _("Resolved"),
    "WAIVED": _("Waived"),
    "CLOSED": _("Closed"),
    "DONE": _("Done"),
    "CONTROL": _("Control"),
    "CAPTURE": _("Capture"),
    "PARKED": _("Parked"),
    "REPORT": _("Report"),
    "SCREENING": _("Sanctions"),
    **CONDUCT_WORDS,
    **STATEMENT_WORDS,
    "EXCEPTION": _("Exception"),
    "VALIDATION": _("Validation"),
    "CANCELLATION": _("Cancellation"),
    "CORRECTION": _("Correction"),
    "WEBHOOK": _("Webhook"),
    "ACCESS": _("Rights"),
    "PAUSED": _("Paused"),
    "DISABLED": _("Disabled"),
    "ENDED": pgettext_lazy("webhook", "Ended"),
    "WAITING": _("Waiting"),
    "DELIVERED": _("Delivered"),
    "DROPPED": _("Dropped"),
    "SUPERSEDED": pgettext_lazy("fix", "Replaced by another"),
    "webhook.test": _("Test"),
    **EVENT_WORDS,
    **JOB_WORDS,
    "ALLOCATION": _("Allocation"),
    "UNALLOCATED": _("Unallocated"),
    "PARTLY": _("Partly allocated"),
    "NOT_NEEDED": _("Nothing to allocate"),
    "IN_FORCE": _("In force"),
    "BREAK": _("Break"),
    "MENTION": _("Mention"),
    "APPROVED": _("Approved"),
    "REFUSED": _("Refused"),
    "ASKED": _("Asked"),
    "GRANTED": _("Granted"),
    "LAPSED": _("Lapsed"),
    "PROPOSED": _("Proposed"),
    "RECEIVED": _("Received"),
    "REJECTED": _("Rejected"),
    "ENRICHED": _("Enriched"),
    "ON_HOLD": _("On hold"),
    "PENDING_VALIDATION": _("To validate"),
    "VALIDATED": _("Validated"),
    "SETTLED": _("Settled"),
    "CANCELLED": _("Cancelled"),
    "ALLOCATED": _("Allocated"),
    "MATURED": _("Matured"),
    "TERMINATED": _("Terminated"),
    "NOVATED": _("Novated"),
    "EXERCISED": _("Exercised"),
    "EXPIRED": _("Expired"),
    "IGNORED": _("Ignored"),
    "NEW": _("New"),
    "AMEND": _("Amendment"),
    "CANCEL": _("Cancellation"),
    "BOOKED": _("Booked"),
    "CAPTURED": pgettext_lazy("fix", "Captured"),
    "REPEATED": _("Repeated"),
    "LOGON": _("Logon"),
    "LOGOUT": _("Logout"),
    "DISCONNECT": _("Disconnection"),
    "GAP": _("Gap"),
    "RESEND": _("Sent again"),
    "RESET": _("Count reset"),
    "REJECT": _("Reject sent"),
    "STARTED": _("Started"),
    "STOPPED": _("Stopped"),
    "FIX.4.2": "FIX.4.2",
    "FIX.4.3": "FIX.4.3",
    "FIX.4.4": "FIX.4.4",
    "FIXT.1.1": "FIXT.1.1",
    "COUNTED": _("Counted"),
    "TAKEN": _("Taken"),
    "HELD": _("Held until its turn"),
    "NOTED": _("Noted"),
    "GARBLED": _("Garbled"),
    "SENT": pgettext_lazy("fix", "Sent"),
    "OFFLINE": _("Offline"),
    "CONNECTED": _("Connected"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "API": "API",
    "BULK": _("Bulk"),
    "FILE": _("File"),
    "FIN": "SWIFT MT515",
    "JSON": "JSON",
    "MT515": "MT515",
    "FIX": "FIX",
    "MANUAL": _("By hand"),
    "FX": _("Foreign exchange"),
    "REPO": _("Repo"),
    "LENDING": _("Securities lending"),
    "DEALT": _("Dealt currency"),
    "COUNTER": _("Other currency"),
    "START": _("Start leg"),
    "END": _("End leg"),
    "CALL": _("Call"),
    "PUT": _("Put"),
    "DEAL": _("Own account"),
    "MTCH": _("Matched principal"),
    "AOTC": _("Any other capacity"),
    "IMPORTED": _("Imported"),
    "QUARANTINE": _("Quarantine"),
    "REPAIRED": _("Repaired"),
    "DISCARDED": _("Discarded"),
    "SEEN": _("Seen"),
    "GONE": _("Gone"),
    "QUARANTINED": _("Quarantined"),
    "RUNNING": _("Running"),
    "BOTH": pgettext_lazy("back-test", "Raised either way"),
    "NEWLY": pgettext_lazy("back-test", "Newly raised"),
    "NO_LONGER": pgettext_lazy("back-test", "No longer raised"),
    "MISSED": pgettext_lazy("back-test", "Missed"),
    "CORRECTED": pgettext_lazy("back-test", "Corrected"),
    "FAILED": _("Failed"),
    "CONFIRMED": _("Confirmed"),
    "UNDONE": _("Undone"),
    "TIMING": _("Timing"),
    "MISSING_OURS": _("Missing on our side"),
    "MISSING_THEIRS": _("Missing on their side"),
    "AMOUNT": _("Amount"),
    "QUANTITY": _("Quantity"),
    "PRICE": _("Price"),
    "DATE": _("Date"),
    "CURRENCY": _("Currency"),
    "REFERENCE": _("Reference"),
    "DUPLICATE": _("Duplicate"),
    "ISSUED": _("Issued"),
    "RETIRED": _("Retired"),
    "ANNULLED": _("Annulled"),
    "MERGED": _("Merged"),
    "ACTIVE": _("Active"),
    "INACTIVE": _("Inactive"),
    "EQUITY": _("Share"),
    "BOND": _("Bond"),
    "ETF": "ETF",
    "FUND": _("Fund"),
    "DERIVATIVE": _("Derivative"),
    "MONETARY": _("In money"),
    "PERCENT": _("In percent"),
    "CASH": _("Cash"),
    "SECURITIES": _("Securities"),
    "TRADES": _("Trades"),
    "EXCHANGE": _("Exchange"),
    "PAYMENT": _("Payment"),
    "PENDING": _("Pending"),
    "NOT_REPORTABLE": _("Not reportable"),
    "BLOCKED": _("Blocked"),
    "READY": _("Ready"),
    "IN_FILE": _("In a file"),
    "RELEASED": _("Released"),
    "ACCEPTED": _("Accepted"),
    "GENERATED": _("Generated"),
    "PARTIAL": _("Partly accepted"),
    "VALID": _("Valid"),
    "INVALID": _("Invalid"),
    "UNCHECKED": _("Not checked"),
    "AGENT": _("Agent"),
    "SUPERVISOR": _("Supervisor"),
    "AUDITOR": _("Auditor"),
    "ADMINISTRATOR": _("Administrator"),
    "API_CLIENT": _("API client"),
    "COUNTERPARTY": _("Counterparty"),
    "INSTRUMENT": _("Instrument"),
    "TRADER": _("Trader"),
    "BOOK": _("Book"),
    "VENUE": _("Venue"),
    "PAIR": _("Currency pair"),
    "CALENDAR": _("Calendar"),
    "COUNTRY": _("Country"),
    "SOURCE": _("Source"),
    "ALL": _("Everything"),
    "MT940": "MT940",
    "CAMT053": "camt.053",
    "TABLE": _("Table"),
    "OURS": _("Ours"),
    "THEIRS": _("Theirs"),
    "EXACT": _("Exact"),
    "AMOUNT_DATE": _("Amount and date"),
    "NO_REFERENCE": _("Without reference"),
    "SIMILAR": _("Reference written differently"),
    "SPLIT_REFERENCE": _("One to several, by reference"),
    "SPLIT_BLOCK": _("One to several, by block"),
    "BY_HAND": _("By hand"),
    "MATCHED": _("Matched"),
    "NO_LONGER_FOUND": _("No longer found"),
    "OURS_CORRECTED": _("Corrected on our side"),
    "THEIRS_CORRECTED": _("Corrected on their side"),
    "CONFIRMATION": _("Confirmation"),
    "TO_SEND": _("To send"),
    "ALLEGED": _("Alleged"),
    "MISMATCHED": _("Mismatched"),
    "DISPUTED": _("Disputed"),
    "AMENDED": _("The trade was amended"),
    "TRADE_OVER": _("The trade was cancelled or allocated"),
    "EXPLAINED": _("A trade of ours explains it"),
    "WITHDRAWN": _("The counterparty withdrew it"),
    "REPLACED": _("The counterparty replaced it"),
    "HAND": _("Sent by a person"),
    "AGREES": _("All terms agree"),
    "CLOSE": _("Minimum fields"),
    "UNPAIRED": _("Taken apart"),
    "RESUMED": _("Dispute ended"),
    "UPLOAD": _("File taken in by hand"),
    "NEWM": _("Confirmation"),
    "CANC": _("Cancellation"),
    "en": _("English"),
    "fr": _("French"),
    "COUNTERPARTY_CLIENT": _("Client of a counterparty"),
    "reporting.generate_rts22": _("Transaction reports of a day"),
    "STEP_IDLE": _("Not started"),
    "STEP_RUNNING": _("At work"),
    "STEP_LEFT": _("To do"),
    "STEP_BLOCKED": _("Blocked"),
    "STEP_LATE": _("Late"),
    "STEP_THROUGH": _("Through"),
}
PLAIN: Final = frozenset(
    (
        *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "ALLOCATION", "QUARANTINE"),
        *("CONFIRMATION", "AMENDED", "TRADE_OVER", "EXPLAINED", "WITHDRAWN", "REPLACED", "HAND"),
        *("AGREES", "CLOSE", "UNPAIRED", "RESUMED", "UPLOAD", "NEWM", "CANC"),
        *("en", "fr", "COUNTERPARTY_CLIENT"),
        *("BREAK", "REPORT", "CONTROL", "CAPTURE", "WEBHOOK", "ACCESS", "webhook.test", *EventType),
        *("FIN", "JSON", "MT515", "WAIVER", "MENTION", "STATIC_DATA", *CONDUCT_PLAIN),
        *("API", "BULK", "FILE", "FIX", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1", "MANUAL"),
        *("BUY", "SELL", "DEAL", "MTCH", "AOTC", "NEW", "AMEND", "CANCEL"),
        *("action:NEW", "execution:NEW", "tradeversion:NEW"),
        *("ISSUED", "RETIRED", "ANNULLED", "MERGED"),
        *("EQUITY", "BOND", "ETF", "FUND", "DERIVATIVE", "MONETARY", "PERCENT"),
        *("FX", "REPO", "LENDING", "DEALT", "COUNTER", "START", "END", "CALL", "PUT"),
        *("BOTH", "NEWLY", "NO_LONGER", "MISSED"),
        *("CASH", "SECURITIES", "TRADES", "EXCHANGE", "PAYMENT"),
        *("TIMING", "MISSING_OURS", "MISSING_THEIRS", "AMOUNT", "QUANTITY", "PRICE", "DATE"),
        *("CURRENCY", "REFERENCE", "DUPLICATE"),
        *("AGENT", "SUPERVISOR", "AUDITOR", "ADMINISTRATOR", "API_CLIENT"),
        *("INSTRUMENT", "TRADER", "BOOK", "VENUE", "PAIR", "CALENDAR", "COUNTRY", "SOURCE"),
        *("COUNTERPARTY", "ALL", "MT940", "CAMT053", "TABLE", "OURS", "THEIRS"),
        *STATEMENT_WORDS,
        *("MATCHED", "NO_LONGER_FOUND", "OURS_CORRECTED", "THEIRS_CORRECTED"),
    )
)
"""Words of kinds: written as text; badges are for lives."""

AGREEING: Final[dict[str, str | Promise]] = {
    "confirmation:SENT": pgettext_lazy("confirmation", "Sent"),
    "confirmation:MATCHED": pgettext_lazy("confirmation", "Matched"),
    "confirmation:CANCELLED": pgettext_lazy("confirmation", "Cancelled"),
    "toleranceprofile:APPROVED": pgettext_lazy("trade", "Approved"),
    "toleranceprofile:REFUSED": pgettext_lazy("trade", "Refused"),
    "controlexception:OPEN": pgettext_lazy("exception", "Open"),
    "controlexception:ASSIGNED": pgettext_lazy("exception", "Assigned"),
    "controlexception:RESOLVED": pgettext_lazy("exception", "Resolved"),
    "controlexception:CLOSED": pgettext_lazy("exception", "Closed"),
    "trade:CLOSED": pgettext_lazy("trade", "Closed"),
    "trade:PROPOSED": pgettext_lazy("trade", "Proposed"),
    "allocation:ENDED": pgettext_lazy("allocation", "Ended"),
    "block:PROPOSED": pgettext_lazy("trade", "Proposed"),
    "allocation:PROPOSED": pgettext_lazy("trade", "Proposed"),
    "backtesttrade:REFUSED": pgettext_lazy("trade", "Refused"),
    "backtesttrade:CANCELLED": pgettext_lazy("confirmation", "Cancelled"),
    "backtesttrade:WAIVED": pgettext_lazy("back-test", "Waived"),
    "break:RESOLVED": pgettext_lazy("break", "Resolved"),
    "party:LAPSED": pgettext_lazy("LEI", "Lapsed"),
    "controlrule:ACTIVE": pgettext_lazy("rule", "Active"),
    "controlrule:INACTIVE": pgettext_lazy("rule", "Inactive"),
    "instrumentlisting:ACTIVE": pgettext_lazy("listing", "Active"),
    "instrumentlisting:INACTIVE": pgettext_lazy("listing", "Inactive"),
    "approval:APPROVED": pgettext_lazy("trade", "Approved"),
    "approval:REFUSED": pgettext_lazy("trade", "Refused"),
    "cutoff:APPROVED": pgettext_lazy("instruction", "Approved"),
    "cutoff:REFUSED": pgettext_lazy("instruction", "Refused"),
    "settlementinstruction:APPROVED": pgettext_lazy("instruction", "Approved"),
    "settlementinstruction:REFUSED": pgettext_lazy("instruction", "Refused"),
    "capturefile:RECEIVED": pgettext_lazy("file", "Received"),
    "capturefile:IMPORTED": pgettext_lazy("file", "Imported"),
    "capturefile:REFUSED": pgettext_lazy("file", "Refused"),
    "droparrival:IMPORTED": pgettext_lazy("file", "Imported"),
    "droparrival:REFUSED": pgettext_lazy("file", "Refused"),
    "droparrival:SEEN": pgettext_lazy("file", "Seen"),
    "droparrival:GONE": pgettext_lazy("file", "Gone"),
    "droparrival:TAKEN": pgettext_lazy("file", "Taken"),
    "quarantinedrow:OPEN": pgettext_lazy("row", "Open"),
    "quarantinedrow:REPAIRED": pgettext_lazy("row", "Repaired"),
    "quarantinedrow:DISCARDED": pgettext_lazy("row", "Discarded"),
    "statementfile:RECEIVED": pgettext_lazy("file", "Received"),
    "statementfile:REJECTED": pgettext_lazy("file", "Rejected"),
    "reportfile:RELEASED": pgettext_lazy("file", "Released"),
    "reportfile:ACCEPTED": pgettext_lazy("file", "Accepted"),
    "reportfile:PARTIAL": pgettext_lazy("file", "Partly accepted"),
    "reportfile:REJECTED": pgettext_lazy("file", "Rejected"),
    "action:NEW": pgettext_lazy("execution", "New"),
    "execution:NEW": pgettext_lazy("execution", "New"),
    "execution:EXCEPTION": _("Exception"),
    "webhookendpoint:ACTIVE": pgettext_lazy("webhook", "Active"),
    "webhookdelivery:FAILED": pgettext_lazy("delivery", "Given up"),
    "fixmessage:EXCEPTION": _("Exception"),
    "fixresult:EXCEPTION": _("Exception"),
    "tradeversion:NEW": pgettext_lazy("execution", "New"),
}
"""Words that agree with what they are said of, where French has two forms: `model:STATE`."""

COLOURS: Final = {
    "PENDING": "amber",
    "STEP_RUNNING": "blue",
    "STEP_LEFT": "amber",
    "STEP_BLOCKED": "red",
    "STEP_LATE": "red",
    "STEP_THROUGH": "green",
}
"""Colours of kinds, which have no life of their own."""


def install() -> None:
    """Register every word with the colour that its room gives it (grey when it gives none)."""
    colours = {word: look.colour for word, look in status.LOOKS.items()} | COLOURS
    for module in STATES:
        given: Mapping[Any, str] = getattr(module, "COLOURS", {})
        colours |= {str(state): colour for state, colour in given.items()}
    status.register(
        {
            word: status.Look(label, colours.get(word, "grey"), is_plain=word in PLAIN)
            for word, label in WORDS.items()
        }
    )
    status.register(
        {
            word: status.Look(
                label,
                colours.get(word.partition(":")[2], "grey"),
                is_plain=word in PLAIN,
            )
            for word, label in AGREEING.items()
        }
    )
    status.register(
        {kind: status.Look(found.label, is_plain=True) for kind, found in FILE_KINDS.items()}
    )
    words.NAMES.update(NAMES | CONDUCT_NAMES | EVIDENCE_NAMES | STATEMENT_NAMES)
    words.REASONS.update(REASONS)
