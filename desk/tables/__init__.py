"""Tables of exceptions, of people and their rights, and of the matrix."""

from desk.tables.exceptions import (
    CauseTable,
    ExceptionTable,
    ExpectedColumn,
    filled,
    priority_said,
)
from desk.tables.rights import (
    CellTable,
    DelegationTable,
    GrantTable,
    LimitTable,
    LoneGrantTable,
    PersonTable,
    ProposalTable,
    RequestTable,
    ReviewRowTable,
    ReviewTable,
    about,
    desks_said,
)

__all__ = [
    "CauseTable",
    "CellTable",
    "DelegationTable",
    "ExceptionTable",
    "ExpectedColumn",
    "GrantTable",
    "LimitTable",
    "LoneGrantTable",
    "PersonTable",
    "ProposalTable",
    "RequestTable",
    "ReviewRowTable",
    "ReviewTable",
    "about",
    "desks_said",
    "filled",
    "priority_said",
]
