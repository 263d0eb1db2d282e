"""Statements, matches and breaks: columns and constraints. No decisions are taken here."""

from reconciliation.models.labels import LABELS, labelled
from reconciliation.models.matching import Break, MatchAllocation, MatchGroup, ReconciliationRun
from reconciliation.models.schedules import LateStatement, StatementSchedule
from reconciliation.models.securities import SecurityLine
from reconciliation.models.statements import (
    ColumnMapping,
    Replacement,
    Statement,
    StatementFile,
    StatementLine,
)

__all__ = [
    "LABELS",
    "Break",
    "ColumnMapping",
    "LateStatement",
    "MatchAllocation",
    "MatchGroup",
    "ReconciliationRun",
    "Replacement",
    "SecurityLine",
    "Statement",
    "StatementFile",
    "StatementLine",
    "StatementSchedule",
    "labelled",
]
