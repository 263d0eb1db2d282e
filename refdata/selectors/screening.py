"""Who is screened against what, and what trades must know of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.models import ControlException
from desk.states import LIVE_EXCEPTION
from refdata.facts import ListedOwner, RestrictionFacts, ScreeningFacts, Suspect, Watched
from refdata.models import (
    BeneficialOwner,
    FalseHit,
    ListedEntry,
    ListVersion,
    Party,
    Restriction,
    Screening,
    ScreeningHit,
)
from refdata.states import InstructionState, OwnerKind, ScreeningOutcome

SUBJECT_KIND: Final = "screening_hit"
NAME_LETTERS_MIN: Final = 6
"""An alias of fewer letters, and of one word, is a code of its source and no name."""


def has_lists() -> bool:
    """Say whether any list is in force."""
    return ListVersion.objects.exists()


def suspects() -> list[Suspect]:
    """Return every entry in force of every list."""
    rows = ListedEntry.objects.filter(until=None).order_by("pk")
    columns = ("pk", "kind", "names", "countries", "births", "identifiers")
    return [
        Suspect(
            key=key,
            kind=kind,
            names=tuple((text, strong) for text, strong in names),
            countries=tuple(countries),
            births=tuple(births),
            identifiers=tuple((scheme, value) for scheme, value in identifiers),
        )
        for key, kind, names, countries, births, identifiers in rows.values_list(
            *columns
        ).iterator()
    ]


def watched(parties: Collection[Party]) -> Iterator[Watched]:
    """Yield parties as screening sees them; their aliases must have been fetched before."""
    for party in parties:
        aliases = (found.alias for found in party.aliases.all())
        names = (party.name, *(alias for alias in aliases if _is_name(alias)))
        yield Watched(
            key=party.pk,
            names=tuple(dict.fromkeys(name for name in names if name.strip())),
            country=party.country,
            lei=party.lei,
            bic=party.bic,
        )


def watched_owners(party_ids: Collection[int], day: date) -> dict[int, tuple[int, Watched]]:
    """Return who owns a share of these parties on a day or later: owner id -> (party id, who)."""
    rows = BeneficialOwner.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day),
        party__in=party_ids,
        state=InstructionState.APPROVED,
        share__gt=0,
    )
    return {
        row.pk: (
            row.party_id,
            Watched(
                key=row.pk,
                names=(row.name,),
                country=row.country,
                lei=row.lei,
                born=row.birth_date.isoformat() if row.birth_date else "",
                is_person=row.kind == OwnerKind.PERSON,
            ),
        )
        for row in rows.order_by("pk")
    }


def _is_name(alias: str) -> bool:
    letters = sum(sign.isalpha() for sign in alias)
    return letters >= NAME_LETTERS_MIN and letters * 2 > len(alias)


def digest_of(party: Watched) -> str:
    """Return the hash of all that a party is compared by."""
    said: list[object] = [party.names, party.country, party.lei, party.bic]
    if party.is_person or party.born:
        said += [party.is_person, party.born]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def cleared_on(day: date) -> Exists:
    """Return the condition of hits that two people took for somebody else, on a day."""
    return Exists(
        FalseHit.objects.filter(
            hit=OuterRef("pk"),
            state=InstructionState.APPROVED,
            valid_from__lte=day,
            valid_to__gte=day,
        )
    )


def live_hits(day: date) -> QuerySet[ScreeningHit]:
    """Return the hits that hold a party back on a day."""
    return ScreeningHit.objects.filter(~cleared_on(day), ended_at=None)


def run_out_hits(day: date) -> list[ScreeningHit]:
    """Return the hits that were cleared once and are not on this day, and that nobody looks at."""
    open_about = ControlException.objects.filter(
        subject_kind=SUBJECT_KIND, subject_id=OuterRef("pk"), state__in=LIVE_EXCEPTION
    )
    once = FalseHit.objects.filter(
        hit=OuterRef("pk"), state=InstructionState.APPROVED, valid_to__lt=day
    )
    hits = live_hits(day).filter(Exists(once), ~Exists(open_about))
    return list(hits.select_related("party", "owner", "entry").order_by("pk"))


def screened(party_ids: Collection[int], day: date) -> dict[int, ScreeningFacts]:
    """Return what screening says of each party; of one that was never screened it says nothing.

    Without any list in force there is nothing that a party could be on.
    """
    if not has_lists():
        return dict.fromkeys(party_ids, ScreeningFacts())
    outcomes = Screening.objects.filter(party__in=party_ids).values_list("party_id", "outcome")
    found = {
        party_id: ScreeningFacts(has_name=outcome != ScreeningOutcome.NAMELESS)
        for party_id, outcome in outcomes
    }
    hits = live_hits(day).filter(party__in=found).order_by("score", "-pk")
    own = hits.filter(owner=None).values_list("party_id", "theirs", "score")
    for party_id, theirs, score in own:
        found[party_id] = ScreeningFacts(listed_as=theirs, score=score)
    for party_id, owners in _listed_owners(hits, day).items():
        found[party_id] = replace(found[party_id], owners=tuple(owners.values()))
    return found


def _listed_owners(hits: QuerySet[ScreeningHit], day: date) -> dict[int, dict[int, ListedOwner]]:
    """Return by party the owners of a day who may be listed, each by the likeliest entry."""
    found: dict[int, dict[int, ListedOwner]] = {}
    of_day = hits.filter(
        Q(owner__valid_to=None) | Q(owner__valid_to__gte=day),
        owner__isnull=False,
        owner__valid_from__lte=day,
    )
    for hit in of_day.select_related("owner"):
        if hit.owner is not None:
            named = ListedOwner(hit.owner.name, hit.theirs, hit.owner.share)
            found.setdefault(hit.party_id, {})[hit.owner.pk] = named
    return found


def restrictions() -> dict[str, tuple[RestrictionFacts, ...]]:
    """Return every approved restriction by what it restricts: an ISIN, or the code of a country."""
    found: dict[str, tuple[RestrictionFacts, ...]] = {}
    rows = Restriction.objects.filter(state=InstructionState.APPROVED).order_by("valid_from", "pk")
    for row in rows:
        facts = RestrictionFacts(row.value, row.reason, row.valid_from, row.valid_to)
        found[row.value] = (*found.get(row.value, ()), facts)
    return found


def listed_isins(isins: Collection[str]) -> dict[str, str]:
    """Return which of these securities an entry in force names, with the name of the entry."""
    rows = ListedEntry.objects.filter(until=None, isins__overlap=sorted(isins)).order_by("-pk")
    return {
        isin: name for found, name in rows.values_list("isins", "name") for isin in found or ()
        if isin in isins
    }  # fmt: skip
