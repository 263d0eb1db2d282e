"""Pairs first, matches second: which message is about which trade, and whether they agree.

Two sides are candidates of one another when counterparty, product, ISIN or pair, side, trade date
and quantity are equal (`products.keys_of`); a message that quotes a trade of ours has that one
candidate alone. Among candidates a pair is made by the strongest of: our reference quoted; all
terms agree; price, rate or amount are close. Each must leave one candidate on either side: of
several none is taken. The order of what comes in changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from settlement.facts import Deal, Matching, Pair, Profile
from settlement.rules.products import Key, facing, keys_of
from settlement.rules.tolerances import compared, differing, is_close, profile_for
from settlement.states import Basis

CANDIDATES_MAX: Final = 50
"""Of one key on one side: of more, only those that quote our reference are looked at."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two sides that can be about one deal."""

    ours: Deal
    theirs: Deal
    profile: Profile
    agrees: bool
    close: bool

    @property
    def quotes(self) -> bool:
        return bool(self.theirs.quoted) and self.theirs.quoted == self.ours.quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the rules go by: profiles, units per euro, and pairs that a person took apart."""

    profiles: Sequence[Profile] = ()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    apart: Collection[tuple[int, int]] = ()


def match_confirmations(ours: Iterable[Deal], theirs: Iterable[Deal], terms: Terms) -> Matching:
    """Pair what can be paired without a guess; each deal is in one pair at most."""
    edges = sorted(_edges(ours, theirs, terms), key=lambda edge: (edge.ours.id, edge.theirs.id))
    beside_ours: defaultdict[int, set[int]] = defaultdict(set)
    beside_theirs: defaultdict[int, set[int]] = defaultdict(set)
    for edge in edges:
        beside_ours[edge.ours.id].add(edge.theirs.id)
        beside_theirs[edge.theirs.id].add(edge.ours.id)
    pairs: list[Pair] = []
    for basis, holds in (
        (Basis.REFERENCE, [edge for edge in edges if edge.quotes]),
        (Basis.AGREES, [edge for edge in edges if edge.agrees]),
        (Basis.CLOSE, [edge for edge in edges if edge.close]),
    ):
        taken_ours, taken_theirs = {p.ours for p in pairs}, {p.theirs for p in pairs}
        left = [
            edge
            for edge in holds
            if edge.ours.id not in taken_ours and edge.theirs.id not in taken_theirs
        ]
        for edge in _unique(left):
            rivals_theirs = beside_ours[edge.ours.id] - {edge.theirs.id}
            rivals_ours = beside_theirs[edge.theirs.id] - {edge.ours.id}
            pairs.append(_pair(edge, basis, terms, rivals_ours, rivals_theirs))
    paired = {pair.theirs for pair in pairs}
    alone = {pk: tuple(sorted(rivals)) for pk, rivals in beside_theirs.items() if pk not in paired}
    return Matching(tuple(sorted(pairs, key=lambda pair: pair.ours)), alone)


def paired_by_hand(ours: Deal, theirs: Deal, terms: Terms) -> Pair:
    """Return the pair that a person makes, compared as any other."""
    return _pair(_edge(ours, theirs, terms), Basis.BY_HAND, terms, (), ())


def _edges(ours: Iterable[Deal], theirs: Iterable[Deal], terms: Terms) -> Iterator[Edge]:
    known, told = _by_key(ours), _by_key(theirs)
    named: defaultdict[str, list[Deal]] = defaultdict(list)
    for deal in {deal.id: deal for alike in known.values() for deal in alike}.values():
        named[deal.quoted].append(deal)
    seen: set[tuple[int, int]] = set()
    for key, alleged in told.items():
        few = max(len(known[key]), len(alleged)) <= CANDIDATES_MAX
        for their in alleged:
            candidates = known[key] if few else []
            if their.quoted and their.quoted in named:
                candidates = [deal for deal in named[their.quoted] if key in keys_of(deal)]
            for our in candidates:
                ends = (our.id, their.id)
                if ends not in terms.apart and ends not in seen:
                    seen.add(ends)
                    yield _edge(our, their, terms)


def _by_key(deals: Iterable[Deal]) -> defaultdict[Key, list[Deal]]:
    found: defaultdict[Key, list[Deal]] = defaultdict(list)
    for deal in deals:
        for key in keys_of(deal):
            found[key].append(deal)
    return found


def _edge(ours: Deal, told: Deal, terms: Terms) -> Edge:
    profile, theirs = profile_for(ours, terms.profiles), facing(ours, told)
    agrees = not differing(ours, theirs, profile, terms.rates)
    return Edge(ours, theirs, profile, agrees, agrees or is_close(ours, theirs, profile))


def _unique(edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges that are the only one of both their ends."""
    ends_ours: defaultdict[int, int] = defaultdict(int)
    ends_theirs: defaultdict[int, int] = defaultdict(int)
    for edge in edges:
        ends_ours[edge.ours.id] += 1
        ends_theirs[edge.theirs.id] += 1
    return [
        edge for edge in edges if ends_ours[edge.ours.id] == 1 and ends_theirs[edge.theirs.id] == 1
    ]


def _pair(
    edge: Edge,
    basis: Basis,
    terms: Terms,
    rivals_ours: Collection[int],
    rivals_theirs: Collection[int],
) -> Pair:
    return Pair(
        ours=edge.ours.id,
        theirs=edge.theirs.id,
        basis=basis.value,
        profile=edge.profile.version,
        fields=compared(edge.ours, edge.theirs, edge.profile, terms.rates),
        rivals_ours=tuple(sorted(rivals_ours)),
        rivals_theirs=tuple(sorted(rivals_theirs)),
    )
