"""The steps after validation: confirmed, statements in, reconciled, reported."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice import selectors
from backoffice.links import link, link_to_day, link_to_trades
from backoffice.steps import Blocker, Step
from kernel.actors import Actor
from reporting.states import ReportState
from settlement.states import OPEN, UNCONFIRMED

STUCK: Final = (ReportState.BLOCKED.value, ReportState.REJECTED.value)
READY: Final = (ReportState.READY.value, ReportState.IN_FILE.value)


def confirm(day: date, actor: Actor) -> Step:
    """Trades of the day that the counterparty agrees with, and what keeps the others."""
    counts = selectors.count_confirmations_of_day(day=day, actor=actor)

    def of(*states: str) -> int:
        return sum(counts.get(state, 0) for state in states)

    def listed(*states: str) -> str:
        return link_to_day("settlement:confirmations", day, state=states)

    return Step(
        code="confirm",
        label=_("Confirmation"),
        icon="link",
        url=link_to_day("settlement:confirmations", day),
        done=of("MATCHED"),
        done_url=listed("MATCHED"),
        left=of(*OPEN),
        left_labels=ngettext_lazy("to confirm", "to confirm"),
        left_url=listed(*OPEN),
        blockers=(
            Blocker(ngettext_lazy("alleged", "alleged"), of("ALLEGED"), listed("ALLEGED"), "red"),
            Blocker(
                ngettext_lazy("mismatched", "mismatched"),
                of("MISMATCHED"),
                listed("MISMATCHED"),
                "red",
            ),
            Blocker(
                ngettext_lazy("disputed", "disputed"), of("DISPUTED"), listed("DISPUTED"), "purple"
            ),
            Blocker(
                ngettext_lazy("without a word", "without a word"),
                of(*UNCONFIRMED),
                listed(*UNCONFIRMED),
            ),
        ),
        jobs=("settlement.",),
    )


def statements(day: date) -> Step:
    """Statement files of the day: whole ones, and those that could not be read."""
    files = selectors.count_statement_files(day=day)
    refused, waiting = files.get("QUARANTINED", 0), files.get("RECEIVED", 0)

    def listed(*states: str) -> str:
        return link_to_day("reconciliation:statements", day, state=states)

    return Step(
        code="statements",
        label=_("Statements"),
        icon="statement",
        url=link_to_day("reconciliation:statements", day),
        done=files.get("IMPORTED", 0),
        done_url=listed("IMPORTED"),
        left=refused + waiting,
        left_labels=ngettext_lazy("not read", "not read"),
        left_url=listed("QUARANTINED", "RECEIVED"),
        blockers=(
            Blocker(
                ngettext_lazy("in quarantine", "in quarantine"),
                refused,
                listed("QUARANTINED"),
                "red",
            ),
        ),
        jobs=("reconciliation.import",),
    )


def reconcile(day: date, actor: Actor) -> Step:
    """Matches and breaks of the day's trades, and lines that name the day and no trade of ours."""
    breaks = selectors.count_breaks_of_day(day=day, actor=actor)
    groups = selectors.count_matches_of_day(day=day, actor=actor)
    proposed = groups.get("PROPOSED", 0)

    def matches(state: str) -> str:
        return link_to_day("reconciliation:matches", day, state=state)

    return Step(
        code="reconcile",
        label=_("Reconciliation"),
        icon="reconcile",
        url=link_to_day("reconciliation:home", day),
        done=groups.get("CONFIRMED", 0),
        done_url=matches("CONFIRMED"),
        left=breaks + proposed,
        left_labels=ngettext_lazy("to explain", "to explain"),
        blockers=(
            Blocker(
                ngettext_lazy("open break", "open breaks"),
                breaks,
                link_to_day("reconciliation:home", day),
            ),
            Blocker(
                ngettext_lazy("proposed match", "proposed matches"),
                proposed,
                matches("PROPOSED"),
                "blue",
            ),
        ),
        jobs=("reconciliation.run",),
    )


def report(day: date, actor: Actor) -> Step:
    """Trades of the day with their answer to the regulator, and what keeps the others."""
    told = selectors.report_completeness(day=day, actor=actor)
    stuck, ready = (sum(told.counts.get(state, 0) for state in of) for of in (STUCK, READY))
    through = [state.value for state in ReportState if state.value not in (*STUCK, *READY)]

    def reports(*states: str) -> str:
        return link_to_trades("reporting:reports", day, standing="yes", state=states)

    return Step(
        code="report",
        label=_("Reports"),
        icon="report",
        url=link("reporting:home", day=day.isoformat()),
        done=told.answered - stuck - ready,
        done_url=reports(*through),
        left=told.missing + stuck + ready,
        left_labels=ngettext_lazy("to report", "to report"),
        blockers=(
            Blocker(
                ngettext_lazy("without an answer", "without an answer"),
                told.missing,
                link_to_day("reporting:unanswered", day),
            ),
            Blocker(
                ngettext_lazy("blocked report", "blocked reports"), stuck, reports(*STUCK), "red"
            ),
            Blocker(ngettext_lazy("to release", "to release"), ready, reports(*READY), "blue"),
        ),
        jobs=("reporting.",),
    )
