"""Is the audit trail what was written? Recomputed here, without trusting the database's functions.

Streams every entry once, chain by chain, then holds the chains against the anchors outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db import connection

from core import anchors

ENTRIES: Final = """
SELECT entity, key, seq, at, "table", row, action, actor, reason, request_id, xid, payload,
       prev, hash FROM core_auditentry ORDER BY entity, key, seq
"""
#: Entries of a while, each with the hash of the one before it as it stands now.
BETWEEN: Final = """
SELECT e.entity, e.key, e.seq, e.at, e."table", e.row, e.action, e.actor, e.reason, e.request_id,
       e.xid, e.payload, e.prev, e.hash, before.hash
  FROM core_auditentry e
  LEFT JOIN core_auditentry before
    ON before.entity = e.entity AND before.key = e.key AND before.seq = e.seq - 1
 WHERE e.at >= %s AND e.at < %s ORDER BY e.entity, e.key, e.seq
"""
HEADS: Final = """
SELECT e.entity || ':' || e.key, e.seq, encode(e.hash, 'hex')
  FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS wanted (entity, key, seq)
  JOIN core_auditentry e USING (entity, key, seq)
"""
BATCH: Final = 5000
PROBLEMS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one chain, from which entry on."""

    chain: str
    seq: int
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.chain} entry {self.seq}: {self.kind} ({self.detail})"


@dataclass(slots=True)
class Verdict:
    """What was verified and what was found."""

    entries: int = 0
    chains: int = 0
    anchors: int = 0
    problems: list[Problem] = field(default_factory=list)


def verify() -> Verdict:
    """Recompute every chain, then compare each anchored head with what stands there now."""
    verdict = Verdict()
    for problem in _chain_problems(verdict):
        verdict.problems.append(problem)
        if len(verdict.problems) >= PROBLEMS_MAX:
            return verdict
    known = list(anchors.read_anchors())
    verdict.problems.extend(_anchor_problems(verdict, known, of=range(len(known) + 1)))
    return verdict


def verify_between(
    *, since: datetime, until: datetime, known: Sequence[anchors.Anchor] | None = None
) -> Verdict:
    """Recompute the entries of a while and how each follows the one before it, then compare the
    heads that were anchored since, up to the first anchor that holds them all.

    Who sees one moment of the database names the anchors that were `known` before it: a later one
    holds heads that are not seen.
    """
    verdict, chain = Verdict(), ""
    for *row, before in _stream(BETWEEN, [since, until]):
        name, seq = f"{row[0]}:{row[1]}", row[2]
        verdict.entries += 1
        verdict.chains += name != chain
        chain = name
        problem = _lone_problem(name, seq, tuple(row), before)
        if problem is not None and len(verdict.problems) < PROBLEMS_MAX:
            verdict.problems.append(problem)
    known = list(anchors.read_anchors()) if known is None else known
    ends = next((one.n for one in known if datetime.fromisoformat(one.at) >= until), len(known))
    begins = next((one.n for one in known if datetime.fromisoformat(one.at) >= since), ends + 1)
    verdict.problems.extend(_anchor_problems(verdict, known, of=range(begins, ends + 1)))
    return verdict


def _lone_problem(
    chain: str, seq: int, row: tuple[Any, ...], before: bytes | None
) -> Problem | None:
    """Hold one entry against its own content, and against the one before it."""
    if seq > 1 and before is None:
        return Problem(chain, seq - 1, "REMOVED", f"the next entry is number {seq}")
    return _entry_problem(chain, seq, row, expected_seq=seq, prev=bytes(before or b""))


def framed(text: str) -> str:
    """Length-prefix a field, as `guard.framed` does."""
    return f"{len(text.encode())}:{text}"


def _chain_problems(verdict: Verdict) -> Iterator[Problem]:
    chain, expected_seq, prev, lost = "", 1, b"", False
    for row in _stream(ENTRIES):
        name, seq = f"{row[0]}:{row[1]}", row[2]
        verdict.entries += 1
        if name != chain:
            chain, expected_seq, prev, lost = name, 1, b"", False
            verdict.chains += 1
        if lost:
            continue
        problem = _entry_problem(name, seq, row, expected_seq=expected_seq, prev=prev)
        if problem is not None:
            lost = True
            yield problem
        expected_seq, prev = expected_seq + 1, bytes(row[13])


def _entry_problem(
    chain: str, seq: int, row: tuple[Any, ...], *, expected_seq: int, prev: bytes
) -> Problem | None:
    if seq != expected_seq:
        return Problem(chain, expected_seq, "REMOVED", f"the next entry is number {seq}")
    if _digest(chain, row) != bytes(row[13]):
        return Problem(chain, seq, "CHANGED", "its content does not give its hash")
    if bytes(row[12]) != prev:
        return Problem(chain, seq, "REORDERED", "it does not follow the entry before it")
    return None


def _digest(chain: str, row: tuple[Any, ...]) -> bytes:
    _entity, _key, seq, at, table, number, action, actor, reason, request, xid, payload, prev, _ = (
        row
    )
    told = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = (
        bytes(prev).hex(),
        chain,
        str(seq),
        told,
        table,
        str(number),
        action,
        actor,
        reason,
        request,
        str(xid),
        payload,
    )
    return hashlib.sha256("".join(map(framed, fields)).encode()).digest()


def _stream(query: str, parameters: Sequence[datetime] = ()) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _anchor_problems(
    verdict: Verdict, known: Sequence[anchors.Anchor], *, of: range
) -> Iterator[Problem]:
    """Compare the anchors at these places, counted from 1, with what stands there now."""
    ceilings = {anchor.era - 1: anchor.floor for anchor in known if anchor.era > 1}
    previous = ""
    for place, anchor in enumerate(known, start=1):
        told, previous = previous, anchor.hash
        if place not in of:
            continue
        verdict.anchors += 1
        broken = _ledger_problem(anchor, place=place, previous=told)
        if broken is not None:
            yield broken
            continue
        heads = list(_head_problems(anchor))
        yield from heads
        if not heads and not anchor.is_era_start:
            yield from _count_problem(anchor, ceiling=ceilings.get(anchor.era))


def _ledger_problem(anchor: anchors.Anchor, *, place: int, previous: str) -> Problem | None:
    name = f"anchor:{anchor.n}"
    if anchor.n != place or anchor.previous != previous or anchor.sealed() != anchor.hash:
        return Problem(name, 0, "ANCHOR_CHANGED", "the ledger of anchors was altered here")
    if anchors.digest_of(anchor) != anchor.heads_sha256:
        return Problem(name, 0, "ANCHOR_CHANGED", f"{anchor.heads} is not the file that was sealed")
    return None


def _head_problems(anchor: anchors.Anchor) -> Iterator[Problem]:
    for heads in _batches(anchors.read_heads(anchor)):
        entities, keys = zip(*(chain.rsplit(":", 1) for chain, _seq, _hash in heads), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(HEADS, [list(entities), list(map(int, keys)), [h[1] for h in heads]])
            now = {(chain, seq): digest for chain, seq, digest in cursor.fetchall()}
        for chain, seq, digest in heads:
            found = now.get((chain, seq))
            if found is None:
                yield Problem(chain, seq, "TRUNCATED", f"anchored at {anchor.at}, now missing")
            elif found != digest:
                yield Problem(
                    chain, seq, "REWRITTEN", f"anchored at {anchor.at} with other content"
                )


def _batches(heads: Iterator[anchors.Head]) -> Iterator[list[anchors.Head]]:
    while batch := list(islice(heads, BATCH)):
        yield batch


def _count_problem(anchor: anchors.Anchor, *, ceiling: int | None) -> Iterator[Problem]:
    with connection.cursor() as cursor:
        cursor.execute(
            anchors.COUNT, [anchor.xid_from, anchor.xid_to, anchor.floor, ceiling, ceiling]
        )
        found = int(cursor.fetchone()[0])
    if found != anchor.entries:
        detail = f"{anchor.entries} entries were anchored, {found} are there"
        yield Problem(f"anchor:{anchor.n}", 0, "COUNT_DIFFERS", detail)
