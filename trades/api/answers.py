"""What the API says of a message: its status, outcome, trade and findings, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core import remarks
from core.api.pieces import InPieces
from core.api.problems import MEDIA_TYPE, document, problem
from kernel.findings import Finding
from trades.services.capture import Captured
from trades.services.plan import Item, ItemStatus

MALFORMED: Final = frozenset({"CAP-001", "CAP-002", "CAP-003", "CAP-004", "CAP-018", "CAP-019"})
FINDINGS_MAX: Final = 10_000
REFUSED: Final = frozenset({ItemStatus.CONFLICT, ItemStatus.INVALID})
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
    findings_left_out: int | msgspec.UnsetType = msgspec.UNSET
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
        answer.trade = trade.reference
        answer.trade_version = item.version_no or trade.version_no
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


class Told:
    """What is said of the messages of a bulk, slice by slice: texts, no objects."""

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        self.counts: Counter[str] = Counter()
        self.refused = 0
        self.findings: list[dict[str, object]] = []
        """What keeps messages from being booked, each with the index of its message."""
        self.found = 0
        self._texts: dict[int, bytes] = {}

    def add(self, captured: Captured, indexes: Sequence[int]) -> None:
        """Note the answers of a slice; its messages stand at these indexes of the bulk."""
        self.counts.update(captured.counts())
        items = []
        for index, item in zip(indexes, captured.items, strict=True):
            answer = shape(item)
            answer.index, answer.code = index, CODES[item.status]
            if item.findings:
                self._note(answer, index, is_refused=item.status in REFUSED)
            items.append(answer)
        if isinstance(indexes, range):
            self._texts[indexes.start] = msgspec.json.encode(items)[1:-1]
        else:
            encode = msgspec.json.encode
            self._texts |= {i: encode(one) for i, one in zip(indexes, items, strict=True)}

    def texts(self) -> Iterator[bytes]:
        """Yield the items as JSON, in the order of the bulk."""
        for number, start in enumerate(sorted(self._texts)):
            yield b"," if number else b""
            yield self._texts[start]

    def _note(self, answer: Answer, index: int, *, is_refused: bool) -> None:
        """Keep what was found; past the limit a message keeps its first finding alone."""
        findings = answer.findings
        assert isinstance(findings, list)  # noqa: S101 - the item has some
        self.refused += is_refused
        if is_refused and len(self.findings) < FINDINGS_MAX:
            self.findings += [finding | {"index": index} for finding in findings]
        if self.found > FINDINGS_MAX and len(findings) > 1:
            answer.findings, answer.findings_left_out = findings[:1], len(findings) - 1
        self.found += len(findings)


def of_many(told: Told) -> HttpResponse:
    """Answer a bulk: counts, then one entry per message in its order, with its own code."""
    head = msgspec.json.encode({"batch_id": told.batch_id, "counts": told.counts})
    return InPieces([head[:-1], b',"items":[', *told.texts(), b"]}"])


def of_none(told: Told) -> HttpResponse:
    """Answer a bulk of which nothing was booked: 422 with the findings of every message."""
    title = _("Nothing was booked: %(refused)s of %(count)s executions are refused") % {
        "refused": told.refused,
        "count": sum(told.counts.values()),
    }
    findings = sorted(told.findings, key=itemgetter("index"))
    body = document(422, "BULK_REFUSED", title) | {"counts": told.counts, "findings": findings}
    return HttpResponse(msgspec.json.encode(body), status=422, content_type=MEDIA_TYPE)


def _json(body: object, status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")
