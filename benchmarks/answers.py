"""The answer key: what is planted, and what was found of it and of the clean trades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from benchmarks import faults, frauds, provided, signed, veiled  # noqa: F401 - what is planted
from benchmarks.market import Market, Sent
from benchmarks.planting import FAMILIES, FAULTS, Fault

FOUND: Final = """
SELECT t.source_reference, e.rule_code, e.severity
  FROM desk_controlexception e JOIN trades_trade t ON t.id = e.subject_id
 WHERE e.subject_kind = 'trade'
 UNION ALL
SELECT x.source_reference, e.rule_code, e.severity
  FROM desk_controlexception e JOIN trades_execution x ON x.id = e.subject_id
 WHERE e.subject_kind = 'execution'
"""
HOLDING: Final = frozenset({"WARNING", "BLOCKING"})
"""What keeps a trade from going on; what is only said keeps nobody from his work."""


@dataclass(frozen=True, slots=True)
class Case:
    """One planted fault and the references of its trades."""

    fault: Fault
    references: tuple[str, ...]


def planted_in(market: Market, days: Sequence[date], each: int) -> tuple[list[Case], list[Sent]]:
    """Plant every kind of fault so many times over the days; return the answer key and messages."""
    cases: list[Case] = []
    messages: list[Sent] = []
    for kind in FAULTS:
        for n in range(each if kind.family != "limits" else min(each, len(days))):
            sent = kind.plant(market, days[n % len(days)], f"F-{kind.kind}-{n}")
            cases.append(Case(kind, tuple(one.message["source_reference"] for one in sent)))
            messages += sent
    return cases, messages


def scored(cases: Sequence[Case], clean_references: Iterable[str]) -> dict[str, object]:
    """Compare what was found with the answer key.

    A false alarm is a clean trade that a finding holds; of a family it counts against those faults
    of ours that its rules found.
    """
    found: dict[str, set[str]] = {}
    held: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(FOUND)
        for reference, code, severity in cursor.fetchall():
            found.setdefault(reference, set()).add(code)
            if severity in HOLDING:
                held.setdefault(reference, set()).add(code)
    caught, all_of = Counter[str](), Counter[str]()
    missed: Counter[str] = Counter()
    for case in cases:
        all_of[case.fault.family] += 1
        if any(found.get(one, set()) & case.fault.codes for one in case.references):
            caught[case.fault.family] += 1
        else:
            missed[case.fault.kind] += 1
    alarms = Counter[str]()
    wrong: Counter[str] = Counter()
    innocent = list(clean_references)
    for reference in innocent:
        codes = held.get(reference, set())
        wrong.update(codes)
        alarms.update({_family_of(code) for code in codes})
    falsely_held = sum(reference in held for reference in innocent)
    return {
        "faults": len(cases),
        "fault_kinds": len(FAULTS),
        "fault_recall": round(caught.total() / len(cases), 4),
        "fault_recall_goal": 0.99,
        "recall_of_families": {f: round(caught[f] / all_of[f], 4) for f in FAMILIES},
        "precision_of_families": {
            f: round(caught[f] / max(caught[f] + alarms[f], 1), 4) for f in FAMILIES
        },
        "missed": dict(missed),
        "clean_trades": len(innocent),
        "false_alarm_rate": round(falsely_held / len(innocent), 4),
        "false_alarm_goal": 0.02,
        "false_alarms_by_rule": dict(wrong),
    }


def _family_of(code: str) -> str:
    """Return the family whose faults a rule finds."""
    for kind in FAULTS:
        if code in kind.codes:
            return kind.family
    return "other"
