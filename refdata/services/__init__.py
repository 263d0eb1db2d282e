"""Acts on reference data: load files and calendars, edit rows, propose and decide instructions."""

from refdata.services.calendars import load_calendars, load_currencies, load_settlement_cycles
from refdata.services.instructions import (
    InstructionNotPending,
    OwnProposal,
    UnableToApprove,
    UnableToPropose,
    approve_instruction,
    fingerprint,
    propose_instruction,
    refuse_instruction,
)
from refdata.services.loading import (
    COUNTS,
    FILE_KINDS,
    AlreadyLoaded,
    Preview,
    UnknownFileKind,
    load_file,
    preview_file,
)
from refdata.services.proposals import UnableToSet, decide, propose
from refdata.services.records import UnableToSave, save_record
from refdata.services.sanctions import (
    LIST_COUNTS,
    READING_COUNTS,
    ListPlan,
    UnusualVersion,
    VersionInForce,
    load_list,
    preview_list,
)
from refdata.services.screening import (
    SCREENED,
    decide_false_hit,
    decide_restriction,
    propose_false_hit,
    reopen_hits,
    screen_parties,
)
from refdata.services.selections import decide_one, decide_step

__all__ = [
    "COUNTS",
    "FILE_KINDS",
    "LIST_COUNTS",
    "READING_COUNTS",
    "SCREENED",
    "AlreadyLoaded",
    "InstructionNotPending",
    "ListPlan",
    "OwnProposal",
    "Preview",
    "UnableToApprove",
    "UnableToPropose",
    "UnableToSave",
    "UnableToSet",
    "UnknownFileKind",
    "UnusualVersion",
    "VersionInForce",
    "approve_instruction",
    "decide",
    "decide_false_hit",
    "decide_one",
    "decide_restriction",
    "decide_step",
    "fingerprint",
    "load_calendars",
    "load_currencies",
    "load_file",
    "load_list",
    "load_settlement_cycles",
    "preview_file",
    "preview_list",
    "propose",
    "propose_false_hit",
    "propose_instruction",
    "refuse_instruction",
    "reopen_hits",
    "save_record",
    "screen_parties",
]
