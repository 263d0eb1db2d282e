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
from refdata.services.records import (
    UnableToSave,
    add_alias,
    add_party_alias,
    create_instrument,
    save_party,
    save_record,
)

__all__ = [
    "COUNTS",
    "FILE_KINDS",
    "AlreadyLoaded",
    "InstructionNotPending",
    "OwnProposal",
    "Preview",
    "UnableToApprove",
    "UnableToPropose",
    "UnableToSave",
    "UnableToSet",
    "UnknownFileKind",
    "add_alias",
    "add_party_alias",
    "approve_instruction",
    "create_instrument",
    "decide",
    "fingerprint",
    "load_calendars",
    "load_currencies",
    "load_file",
    "load_settlement_cycles",
    "preview_file",
    "propose",
    "propose_instruction",
    "refuse_instruction",
    "save_party",
    "save_record",
]
