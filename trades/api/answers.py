"""What the API says of a message: its status, outcome, trade and findings, as JSON."""

from __future__ import annotations

from typing import Final

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core import remarks
from core.api.problems import problem
from kernel.findings import Finding
from trades.services.capture import Captured
from trades.services.plan import Item, ItemStatus

MALFORMED: Final = frozenset({"CAP-001", "CAP-002", "CAP-003", "CAP-004", "CAP-018"})
CODES: Final = {
    ItemStatus.CREATED: 201,
    ItemStatus.REPEATED: 200,
    ItemStatus.CONFLICT: 409,
    ItemStatus.INVALID: 422,
}


class Answer(msgspec.Struct, omit_defaults=True):
    """What one item says, in the order of its members; what does not apply is left out."""

    status: str
    outcome: str | None
    source_reference: str | msgspec.UnsetType = msgspec.UNSET
    version: int | msgspec.UnsetType = msgspec.UNSET
    action: str | msgspec.UnsetType = msgspec.UNSET
    execution_id: int | msgspec.UnsetType = msgspec.UNSET
    trade: str | msgspec.UnsetType = msgspec.UNSET
    trade_version: int | msgspec.UnsetType = msgspec.UNSET
    findings: list[dict[str, object]] | msgspec.UnsetType = msgspec.UNSET
    index: int | msgspec.UnsetType = msgspec.UNSET
    code: int | msgspec.UnsetType = msgspec.UNSET


def shape(item: Item) -> Answer:
    """Return the JSON members of one item."""
    answer = Answer(item.status.value, item.outcome)
    facts, trade = item.facts, item.trade
    if facts is not None:
        answer.source_reference = facts.source_reference
        answer.version = facts.version
        answer.action = facts.action
    if item.execution_id is not None:
        answer.execution_id = item.execution_id
    if trade is not None:
        answer.trade, answer.trade_version = trade.reference, trade.version_no
    if item.findings:
        answer.findings = [remarks.shape(finding) for finding in item.findings]
    return answer


def of_one(item: Item) -> HttpResponse:
    """Answer one message: 201, 200 on a repeat, 409 on a conflict, 400 or 422 with findings."""
    if item.status is ItemStatus.INVALID:
        return invalid(item.findings)
    if item.status is ItemStatus.CONFLICT:
        finding = item.findings[0]
        title = remarks.told(finding)
        return problem(409, "EXECUTION_CONFLICT", title, findings=item.findings)
    return _json(shape(item), CODES[item.status])


def invalid(findings: tuple[Finding, ...]) -> HttpResponse:
    """Answer a message that cannot be read, with everything that is wrong with it."""
    malformed = any(finding.code in MALFORMED for finding in findings)
    return problem(
        400 if malformed else 422,
        "EXECUTION_INVALID",
        _("The execution cannot be read"),
        findings=findings,
    )


def of_many(captured: Captured) -> HttpResponse:
    """Answer a bulk: counts, then one entry per message in its order, with its own code."""
    items = []
    for index, item in enumerate(captured.items):
        answer = shape(item)
        answer.index, answer.code = index, CODES[item.status]
        items.append(answer)
    body = {"batch_id": captured.batch_id, "counts": captured.counts(), "items": items}
    return _json(body, 200)


def _json(body: object, status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")
