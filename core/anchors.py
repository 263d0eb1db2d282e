"""Anchors: what the audit trail was, written where the owner of the database cannot reach.

A segment covers the transactions that ended since the one before: all below the oldest that still
runs, so that nothing can slip in later. Sessions of the auditors, of the backup and of other
databases may write no entry: they are not waited for, however long they stay. It names the last
entry of every chain that grew, and the hash of the segment before. A chain is intact up to an
anchored entry when it links up to exactly that one. `ANCHOR_DIR` belongs on another machine,
written once (`docs/decisions`).
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

LEDGER: Final = "anchors.jsonl"
#: The first transaction that may still write, and the first that has not begun. Locks and sessions
#: bear 32-bit numbers; one that ended a moment ago has neither, and counts as running once more.
RUNNING: Final = """
SELECT coalesce(min(xid) FILTER (WHERE NOT EXISTS (
         SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
          WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
            AND l.transactionid::text::bigint = xid & 4294967295
            AND (a.usename = ANY (%s) OR a.datname <> current_database()))), newest),
       newest
  FROM (SELECT pg_snapshot_xmax(seen)::text::bigint AS newest, seen
          FROM pg_current_snapshot() seen) now_
  LEFT JOIN LATERAL (SELECT running::text::bigint AS xid FROM pg_snapshot_xip(seen) running) r
    ON true
 GROUP BY newest
"""
WRITE_NOTHING: Final = ("qa", "backup")
BEHIND_SECONDS: Final = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::bigint
  FROM core_auditentry WHERE xid >= %s AND id > %s
"""
BEHIND_SECONDS_MAX: Final = 300
"""An entry that waits longer for its anchor is an alarm."""
LAST_LINE_BYTES: Final = 4096
LAST_ID: Final = "SELECT coalesce(max(id), 0) FROM core_auditentry"
COUNT: Final = """
SELECT count(*) FROM core_auditentry
 WHERE xid >= %s AND xid < %s AND id > %s AND (id <= %s OR %s IS NULL)
"""
HEADS: Final = """
SELECT DISTINCT ON (entity, key) entity || ':' || key, seq, encode(hash, 'hex')
  FROM core_auditentry WHERE {range}
 ORDER BY entity, key, seq DESC
"""
CLOSED: Final = "xid >= %(xid_from)s AND xid < %(xid_to)s AND id > %(floor)s"
WHOLE: Final = "id <= %(floor)s"

Head = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Anchor:
    """One closed range of transactions; `floor` is the last entry before its era (a restore)."""

    n: int
    era: int
    floor: int
    xid_from: int
    xid_to: int
    entries: int
    heads: str
    heads_sha256: str
    at: str
    previous: str
    hash: str = ""

    @property
    def is_era_start(self) -> bool:
        """The first anchor after a restore covers the whole trail, whatever its transactions."""
        return self.era > 1 and self.xid_from == 0

    def sealed(self) -> str:
        """Return the hash that this anchor must carry."""
        fields = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def write_anchor(*, at: str) -> Anchor | None:
    """Anchor what was closed since the last time; None when there is nothing new.

    A database that was restored counts its transactions from the start again: a new era begins.
    """
    with _only_one():
        last = last_anchor()
        draft = _next(last, at=at)
        if draft is None:
            return None
        entries = _scalar(COUNT, draft.xid_from, draft.xid_to, draft.floor, None, None)
        if not entries and (last is None or draft.era == last.era):
            return None
        name, digest = _write_heads(draft)
        anchor = replace(draft, entries=entries, heads=name, heads_sha256=digest)
        sealed = replace(anchor, hash=anchor.sealed())
        _append(json.dumps(asdict(sealed), sort_keys=True))
        return sealed


def read_anchors() -> Iterator[Anchor]:
    """Yield the anchors in order, as they stand in the ledger file."""
    path = folder() / LEDGER
    if path.exists():
        with path.open() as lines:
            yield from (Anchor(**json.loads(line)) for line in lines if line.strip())


def last_anchor() -> Anchor | None:
    """Return the newest anchor, None before the first."""
    path = folder() / LEDGER
    if not path.exists():
        return None
    with path.open("rb") as ledger:
        ledger.seek(max(path.stat().st_size - LAST_LINE_BYTES, 0))
        lines = ledger.read().splitlines()
    return Anchor(**json.loads(lines[-1])) if lines else None


def seconds_behind() -> int:
    """Return how long the oldest entry without an anchor has waited for one; 0 without any."""
    last = last_anchor()
    return _scalar(BEHIND_SECONDS, last.xid_to if last else 0, last.floor if last else 0)


def read_heads(anchor: Anchor) -> Iterator[Head]:
    """Yield the anchored heads of one segment; raises OSError when the file is gone."""
    with gzip.open(folder() / anchor.heads, "rt") as lines:
        for line in lines:
            chain, seq, digest = line.rstrip("\n").split("\t")
            yield chain, int(seq), digest


def folder() -> Path:
    """Return where anchors live: outside the database."""
    return Path(settings.ANCHOR_DIR)


def digest_of(anchor: Anchor) -> str:
    """Return the SHA-256 of the heads file as it is now; empty when it is gone."""
    path = folder() / anchor.heads
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _next(last: Anchor | None, *, at: str) -> Anchor | None:
    closed, newest = _running()
    first = Anchor(
        n=1,
        era=1,
        floor=0,
        xid_from=0,
        xid_to=closed,
        entries=0,
        heads="",
        heads_sha256="",
        at=at,
        previous="",
    )
    if last is None:
        return first
    following = replace(
        first,
        n=last.n + 1,
        era=last.era,
        floor=last.floor,
        xid_from=last.xid_to,
        previous=last.hash,
    )
    if newest < last.xid_to:
        return replace(following, era=last.era + 1, floor=_scalar(LAST_ID), xid_from=0)
    return following if closed > last.xid_to else None


def _write_heads(draft: Anchor) -> tuple[str, str]:
    name = f"heads-{draft.n:08d}.tsv.gz"
    path = folder() / name
    with (
        gzip.GzipFile(path, "wb", mtime=0) as out,
        connection.chunked_cursor() as cursor,
    ):
        query = HEADS.format(range=WHOLE if draft.is_era_start else CLOSED)
        cursor.execute(query, asdict(draft))
        while rows := cursor.fetchmany(5000):
            out.write("".join(f"{c}\t{s}\t{h}\n" for c, s, h in rows).encode())
    return name, hashlib.sha256(path.read_bytes()).hexdigest()


def _append(line: str) -> None:
    with (folder() / LEDGER).open("a") as ledger:
        ledger.write(line + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())


@contextmanager
def _only_one() -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running() -> tuple[int, int]:
    """Return the first transaction that may still write an entry, and the first to come."""
    roles = [settings.DATABASE_ROLES[part] for part in WRITE_NOTHING]
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [roles])
        closed, newest = cursor.fetchone()
        return int(closed), int(newest)


def _scalar(query: str, *parameters: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.fetchone()[0])
