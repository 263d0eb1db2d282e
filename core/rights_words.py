"""Rights in words: actions by what they are about, and why two roles may not meet in one person."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.roles import Action, Role

GROUPS: Final[tuple[tuple[str | Promise, tuple[Action, ...]], ...]] = (
    (
        _("Trades"),
        (
            Action.VIEW_TRADES,
            Action.CAPTURE_TRADE,
            Action.AMEND_TRADE,
            Action.VALIDATE_TRADE,
            Action.RESOLVE_EXCEPTION,
            Action.WAIVE_EXCEPTION,
            Action.IMPORT_FILE,
            Action.POST_EXECUTION,
        ),
    ),
    (
        _("Confirmations"),
        (Action.VIEW_CONFIRMATIONS, Action.CONFIRM, Action.POST_CONFIRMATION),
    ),
    (
        _("Reconciliation"),
        (Action.VIEW_RECONCILIATION, Action.IMPORT_STATEMENT, Action.MATCH),
    ),
    (
        _("Reporting"),
        (Action.VIEW_REPORTS, Action.GENERATE_REPORT, Action.RELEASE_REPORT),
    ),
    (
        _("Reference data"),
        (Action.VIEW_REFDATA, Action.EDIT_REFDATA, Action.APPROVE_REFDATA),
    ),
    (
        _("House"),
        (
            Action.VIEW_JOBS,
            Action.RUN_JOB,
            Action.SHARE_VIEW,
            Action.VIEW_AUDIT,
            Action.CONFIGURE,
            Action.GRANT_ROLE,
        ),
    ),
)
"""Every action once, by what it is about."""

TOXIC_REASONS: Final[dict[tuple[Role, Role], str | Promise]] = {
    (Role.ADMINISTRATOR, Role.AGENT): _("Who gives rights would also enter trades."),
    (Role.ADMINISTRATOR, Role.API_CLIENT): _(
        "A program with the right to give rights could send trades in any name."
    ),
    (Role.ADMINISTRATOR, Role.AUDITOR): _("Who gives rights would examine how they were given."),
    (Role.ADMINISTRATOR, Role.COUNTERPARTY_CLIENT): _(
        "Who speaks for a counterparty would give rights in the house."
    ),
    (Role.ADMINISTRATOR, Role.SUPERVISOR): _(
        "Who gives rights would also validate, with a limit of their own making."
    ),
    (Role.AGENT, Role.API_CLIENT): _(
        "What a person enters could pass for what the front office sent."
    ),
    (Role.AGENT, Role.AUDITOR): _("Who enters trades would examine them."),
    (Role.AGENT, Role.COUNTERPARTY_CLIENT): _(
        "Who enters a trade would confirm it for the counterparty."
    ),
    (Role.AGENT, Role.SUPERVISOR): _("Who enters a trade would validate it."),
    (Role.API_CLIENT, Role.AUDITOR): _("Who sends trades would examine them."),
    (Role.API_CLIENT, Role.COUNTERPARTY_CLIENT): _(
        "Who sends a trade would confirm it: what is fictitious would be confirmed, too."
    ),
    (Role.API_CLIENT, Role.SUPERVISOR): _("Who sends a trade would validate it."),
    (Role.AUDITOR, Role.COUNTERPARTY_CLIENT): _(
        "Who speaks for a counterparty would see the trades of all the others."
    ),
    (Role.AUDITOR, Role.SUPERVISOR): _("Who validates would examine the validations."),
    (Role.COUNTERPARTY_CLIENT, Role.SUPERVISOR): _(
        "Who validates a trade would confirm it for the counterparty."
    ),
}
"""Why one person may never hold both; the pairs are those of the matrix."""


def reason_against(one: Role, other: Role) -> str:
    """Return why two roles may not meet, in the reader's language."""
    first, second = sorted((one, other))
    return str(TOXIC_REASONS[first, second])
