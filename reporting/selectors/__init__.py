"""Reads of reporting: what waits, what reference data says about it, what the pages show."""

from reporting.selectors.activity import activity_of
from reporting.selectors.candidates import SENT, Candidate, list_candidates, list_superseded
from reporting.selectors.pages import (
    Completeness,
    ProfileMissing,
    completeness,
    deadline,
    find_file_before,
    get_firm,
    has_profile,
    list_files,
    list_reports,
    list_reports_of_trade,
    list_unanswered,
    schema_dir,
    standing_reports,
)
from reporting.selectors.reference import decider_of, rule_context, sources_of

__all__ = [
    "SENT",
    "Candidate",
    "Completeness",
    "ProfileMissing",
    "activity_of",
    "completeness",
    "deadline",
    "decider_of",
    "find_file_before",
    "get_firm",
    "has_profile",
    "list_candidates",
    "list_files",
    "list_reports",
    "list_reports_of_trade",
    "list_superseded",
    "list_unanswered",
    "rule_context",
    "schema_dir",
    "sources_of",
    "standing_reports",
]
