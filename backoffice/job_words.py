"""What jobs do, in words: by their kind."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

JOB_WORDS: Final[dict[str, str | Promise]] = {
    "trades.control_batch": _("Control of a batch"),
    "trades.back_test": _("Back-test"),
    "trades.recontrol": _("Control again"),
    "reconciliation.import_statement": _("Statement import"),
    "reconciliation.tell_late": _("Statements that are late"),
    "reconciliation.run": _("Reconciliation"),
    "reconciliation.unmatch_changed": _("Matches of changed trades"),
    "reconciliation.seek_validated": _("Statements that wait for validated trades"),
    "settlement.confirm_trades": _("Confirmations of trades"),
    "settlement.match_received": _("Matching of confirmations"),
    "settlement.ask_for_late": _("Confirmations past their deadline"),
    "settlement.chase_many": _("Chasers of a selection"),
    "settlement.send_many": _("Confirmations sent by hand"),
    "trades.replay_waiting": _("Replay of what waited"),
    "trades.complete_instructed": _("Completion of trades whose instruction was approved"),
    "trades.complete_named": _("Completion of trades whose counterparty became known"),
    "trades.reimport_rows": _("Import of rows again"),
    "trades.discard_rows": _("Discarding of rows"),
    "desk.waive_many": _("Waiving of a selection"),
    "desk.take_many": _("Assignment of a selection"),
    "desk.decide_requests": _("Decision on requests"),
    "desk.keep_rights": _("Review of rights"),
    "backoffice.take_work": _("Assignment of work"),
    "reconciliation.take_breaks": _("Assignment of breaks"),
    "core.export_list": _("Export of a list"),
    "reporting.write_evidence": _("Control evidence"),
    "trades.decide_many": _("Validation of a selection"),
    "trades.look_into_drop_folder": _("Files of the drop folder"),
    "trades.close_what_is_over": _("End of repos, loans and contracts"),
    "trades.import_table": _("Import of a table"),
    "trades.import_fix": _("Import of a FIX log"),
    "refdata.decide_proposals": _("Decision on proposals of reference data"),
    "refdata.load_file": _("Reference data import"),
    "refdata.load_sanctions": _("Import of a sanctions list"),
    "refdata.screen": _("Screening of parties"),
    "demo.live_the_week": _("The demo week"),
    "refdata.load_calendars": _("Calendars"),
}
