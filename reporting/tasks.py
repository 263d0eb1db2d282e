"""Jobs of reporting."""

from __future__ import annotations

from datetime import date
from typing import Final

from core.jobs import JobRun, job_handler
from reporting import services

GENERATE: Final = "reporting.generate_rts22"


@job_handler(GENERATE)
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
    for message in made.schema_messages:
        run.log(message)
    run.result(made.get_absolute_url())
