"""Who reacts to what: event -> kinds of jobs. The only place where rooms hear of each other."""

from __future__ import annotations

from typing import Final

SUBSCRIPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "trades.captured": ("trades.control_batch",),
    "trades.changed": ("settlement.confirm_trades", "reconciliation.unmatch_changed"),
    "trades.validated": ("settlement.confirm_trades", "reconciliation.seek_validated"),
    "confirmation.received": ("settlement.match_received",),
    "refdata.instrument_named": ("trades.replay_waiting",),
    "refdata.party_named": ("trades.complete_named", "trades.recontrol", "refdata.screen"),
    "refdata.sanctions_loaded": ("refdata.screen",),
    "refdata.agreed": ("trades.recontrol",),
    "refdata.holdings_loaded": ("trades.recontrol",),
    "refdata.owners_set": ("refdata.screen",),
    "refdata.restricted": ("trades.recontrol",),
    "refdata.parties_screened": ("trades.recontrol",),
    "refdata.instruction_approved": ("trades.complete_instructed",),
    "refdata.instruction_replaced": ("trades.recontrol",),
    "exception.waived": ("trades.recontrol",),
    "exception.recheck_asked": ("trades.recontrol",),
    "refdata.prices_loaded": ("trades.recontrol",),
    "reconciliation.statement_imported": ("reconciliation.run",),
}
