"""Jobs of reporting."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core.jobs import JobRun, job_handler
from reporting import services
from reporting.models import ReportFile
from reporting.states import ReportState, SchemaCheck

GENERATE: Final = "reporting.generate_rts22"
CHECKED: Final = {
    SchemaCheck.VALID: N_("Checked against the schemas: valid."),
    SchemaCheck.INVALID: N_("Checked against the schemas: not valid."),
    SchemaCheck.UNCHECKED: N_("Not checked, these schemas are missing:"),
}


@job_handler(GENERATE, counts=("CANC", *ReportState))
def generate_rts22(run: JobRun) -> None:
    """Generate the transaction reports of one trade date; again is harmless."""
    day = date.fromisoformat(run.parameters["day"])
    outcome = services.generate_rts22(
        day=day, actor=run.actor, at=run.at, progress=lambda done: run.progress(done, 0)
    )
    for state, count in sorted(outcome.counts.items()):
        run.count(state, count)
    run.count("CANC", outcome.cancelled)
    made = outcome.file
    if made is None:
        return
    run.log(f"{made.name}: {made.new_count} NEWT, {made.cancel_count} CANC")
    _log_check(run, made)
    run.result(made.get_absolute_url())


def _log_check(run: JobRun, made: ReportFile) -> None:
    """Say what became of the check, then what the schemas said or which of them are missing."""
    for line in (CHECKED[SchemaCheck(made.schema_check)], *made.schema_messages):
        run.log(line)
