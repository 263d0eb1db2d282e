"""The lives of rights: a role that is asked for, and one that a single person gave."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ProposalState(StrEnum):
    """Life of a role that is asked for; an approved one was given in the same transaction."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


PROPOSAL_TRANSITIONS: Final[Mapping[ProposalState, frozenset[ProposalState]]] = {
    ProposalState.PROPOSED: frozenset({ProposalState.APPROVED, ProposalState.REFUSED}),
    ProposalState.APPROVED: frozenset(),
    ProposalState.REFUSED: frozenset(),
}


class ReviewState(StrEnum):
    """Life of a right that one person alone gave: looked at by another, kept or taken away."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    WITHDRAWN = "WITHDRAWN"


REVIEW_TRANSITIONS: Final[Mapping[ReviewState, frozenset[ReviewState]]] = {
    ReviewState.OPEN: frozenset({ReviewState.KEPT, ReviewState.WITHDRAWN}),
    ReviewState.KEPT: frozenset(),
    ReviewState.WITHDRAWN: frozenset(),
}
