"""The steps after validation: statements in, reconciled, reported to the regulator."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from backoffice import selectors
from backoffice.links import link
from backoffice.steps import Blocker, Step
from kernel.actors import Actor


def statements(day: date) -> Step:
    """Statement files of the day: whole ones, and those that could not be read."""
    files = selectors.count_statement_files(day=day)
    refused = files.get("QUARANTINED", 0)
    url = link("reconciliation:statements")
    return Step(
        code="statements",
        label=_("Statements"),
        icon="statement",
        url=url,
        done=files.get("IMPORTED", 0),
        left=refused + files.get("RECEIVED", 0),
        left_label=_("not read"),
        left_url=url,
        blockers=(Blocker(_("in quarantine"), refused, url, "red"),),
        jobs=("reconciliation.import",),
    )


def reconcile(day: date, actor: Actor) -> Step:
    """Trades of the day that a statement confirms; breaks of any day that nobody explained."""
    breaks = selectors.count_breaks(actor)
    proposed = selectors.count_proposed_matches(actor)
    url = link("reconciliation:breaks") or link("reconciliation:home")
    matches = link("reconciliation:matches") or link("reconciliation:home")
    return Step(
        code="reconcile",
        label=_("Reconciliation"),
        icon="reconcile",
        url=link("reconciliation:home"),
        done=selectors.count_matched_trades(day=day, actor=actor),
        left=breaks + proposed,
        left_label=_("to explain"),
        left_url=url,
        blockers=(
            Blocker(_("breaks"), breaks, url),
            Blocker(_("proposed matches"), proposed, matches, "blue"),
        ),
        jobs=("reconciliation.run",),
    )


def report(day: date) -> Step:
    """Trades of the day with their answer to the regulator, and what keeps the others."""
    told = selectors.report_completeness(day=day)
    stuck = told.counts.get("BLOCKED", 0) + told.counts.get("REJECTED", 0)
    ready = told.counts.get("READY", 0) + told.counts.get("IN_FILE", 0)
    home, blocked = link("reporting:home"), link("reporting:reports", state="BLOCKED")
    return Step(
        code="report",
        label=_("Reports"),
        icon="report",
        url=home,
        done=told.answered - stuck - ready,
        left=told.missing + stuck + ready,
        left_label=_("to report"),
        left_url=home,
        blockers=(
            Blocker(_("blocked reports"), stuck, blocked, "red"),
            Blocker(_("to release"), ready, link("reporting:files"), "blue"),
        ),
        jobs=("reporting.",),
    )
