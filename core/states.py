"""The lives of rights: asked for, given by a single person, reviewed each quarter."""

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
    """Life of a right that another person looks at: kept or taken away."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    WITHDRAWN = "WITHDRAWN"


REVIEW_TRANSITIONS: Final[Mapping[ReviewState, frozenset[ReviewState]]] = {
    ReviewState.OPEN: frozenset({ReviewState.KEPT, ReviewState.WITHDRAWN}),
    ReviewState.KEPT: frozenset(),
    ReviewState.WITHDRAWN: frozenset(),
}


class AccessReviewState(StrEnum):
    """Life of a review of all rights; a signed one is evidence and never changes."""

    OPEN = "OPEN"
    SIGNED = "SIGNED"


ACCESS_REVIEW_TRANSITIONS: Final[Mapping[AccessReviewState, frozenset[AccessReviewState]]] = {
    AccessReviewState.OPEN: frozenset({AccessReviewState.SIGNED}),
    AccessReviewState.SIGNED: frozenset(),
}


class DelegationState(StrEnum):
    """Life of a role that is lent: it begins and ends by its days, or at once when withdrawn."""

    GRANTED = "GRANTED"
    WITHDRAWN = "WITHDRAWN"


DELEGATION_TRANSITIONS: Final[Mapping[DelegationState, frozenset[DelegationState]]] = {
    DelegationState.GRANTED: frozenset({DelegationState.WITHDRAWN}),
    DelegationState.WITHDRAWN: frozenset(),
}
