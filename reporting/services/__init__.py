"""Acts of reporting: generate a day, check and release a file, take the regulator's answer; ask
for control evidence and keep it.
"""

from reporting.services.evidence import (
    EVIDENCE_JOB,
    EvidenceAsked,
    UnableToShowEvidence,
    ask_evidence,
    keep_evidence,
)
from reporting.services.feedback import UnableToImportFeedback, import_feedback
from reporting.services.files import check_file
from reporting.services.generation import Generated, generate_rts22
from reporting.services.release import UnableToRelease, release_file

__all__ = [
    "EVIDENCE_JOB",
    "EvidenceAsked",
    "Generated",
    "UnableToImportFeedback",
    "UnableToRelease",
    "UnableToShowEvidence",
    "ask_evidence",
    "check_file",
    "generate_rts22",
    "import_feedback",
    "keep_evidence",
    "release_file",
]
