"""Rules of the house: written by people, kept version by version, in force by two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from core.text import visible
from desk.services import settings
from kernel.actors import Actor
from kernel.findings import Refusal
from trades import selectors
from trades.models import HouseRuleVersion
from trades.rules.expressions import Expression, compiled
from trades.rules.grammar import Fault
from trades.rules.house import PREFIX, VERSION, is_house_code

RULES_MAX: Final = 999


class UnableToWriteRule(Refusal):
    """The text is no rule, something is missing, or somebody wrote the same version first."""

    code = "UNABLE_TO_WRITE_RULE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person writes: a version of a rule, without its number."""

    title: str
    severity: str
    owner: str
    source: str
    rationale: str
    expression: str
    reason: str


def read_expression(text: str) -> Expression:
    """Return what a text says. Raises UnableToWriteRule with the place where it is wrong."""
    try:
        return compiled(text)
    except Fault as fault:
        said = _(fault.message) % {"found": _(fault.found) if fault.is_word else fault.found}
        raise UnableToWriteRule(
            _("%(said)s (character %(place)s)") % {"said": said, "place": fault.place}
        ) from fault


def write_rule(*, draft: Draft, code: str = "", actor: Actor, at: datetime) -> HouseRuleVersion:
    """Keep a new rule, or the next version of the rule `code`; it is in force nowhere yet.

    Raises UnableToWriteRule, Forbidden.
    """
    access.require(actor, Action.RESOLVE_EXCEPTION)
    if not all(map(visible, (draft.title, draft.source, draft.rationale, draft.reason))):
        raise UnableToWriteRule(_("A rule has a title, a source, a rationale and a reason."))
    read_expression(draft.expression)
    known = HouseRuleVersion.objects.filter(code=code).aggregate(latest=Max("version"))["latest"]
    if code and known is None:
        raise UnableToWriteRule(_("There is no rule %(code)s.") % {"code": code})
    with acting(actor=actor, reason=reason_of(draft.reason)):
        row = HouseRuleVersion(
            code=code or _next_code(),
            version=(known or 0) + 1,
            title=visible(draft.title),
            severity=draft.severity,
            owner=draft.owner,
            source=visible(draft.source),
            rationale=visible(draft.rationale),
            expression=draft.expression.strip(),
            reason=reason_of(draft.reason),
            written_by=actor.name,
            written_at=at,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if not HouseRuleVersion.objects.filter(code=row.code, version=row.version).exists():
                raise
            raise UnableToWriteRule(
                _("Somebody else wrote a version at the same moment: look at it first.")
            ) from error
        return row


def require_version(*, code: str, parameters: Mapping[str, str]) -> None:
    """Raise UnableToPropose where the version that a setting names was never written."""
    if not is_house_code(code):
        return
    number = settings.read_numbers(parameters).get(VERSION)
    if number is None or number != int(number) or not selectors.house_rules_at({code: int(number)}):
        raise settings.UnableToPropose(_("There is no such version of %(code)s.") % {"code": code})


def _next_code() -> str:
    latest = HouseRuleVersion.objects.aggregate(code=Max("code"))["code"]
    number = int(latest.removeprefix(PREFIX)) + 1 if latest else 1
    if number > RULES_MAX:
        raise UnableToWriteRule(_("There is no number left for another rule."))
    return f"{PREFIX}{number:03d}"
