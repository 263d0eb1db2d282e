"""Is it them? Names across scripts, spellings, orders and legal forms, and those that lie near."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refdata.facts import Likely, Suspect, Watched
from refdata.formats import ofac, un_list
from refdata.rules.screening import NameIndex, likeness, plain_words, skeleton
from tests.unit.refdata.names_of_lists import INNOCENT, LISTED, SAME

WATCHMAN = "sanctions/moov-io__watchman"
MISSED = {"Aleksej Viktorovič Chaveckij", "Mahan Airlines"}
"""Known to be missed: a Czech spelling of a Russian name, and a word that is half of another."""
FALSE_ALARMS = {"Tidewater Inc."}
"""Known to be raised: it has the one rare word of a listed firm."""


def listed(number: int, kind: str, name: str, country: str = "", **more: Any) -> Suspect:
    return Suspect(number, kind, ((name, True),), (country,) if country else (), **more)


def watched(name: str, **values: Any) -> Watched:
    return Watched(1, (name,), **values)


def found(index: NameIndex, name: str, *, is_person: bool = False) -> set[int]:
    return {one.suspect for one in index.likely(watched(name, is_person=is_person))}


@pytest.fixture(scope="module")
def among_real_lists(shared_data: Path) -> NameIndex:
    """The names of the table, and around them what real lists hold."""
    parts = sorted(shared_data.glob(f"{WATCHMAN}/ofac/*_head.csv"))
    nations = shared_data / WATCHMAN / "test/testdata/UN_consolidated.xml"
    rows = [
        *ofac.read(b"\n".join(path.read_bytes() for path in parts)).rows,
        *un_list.read(nations.read_bytes()).rows,
    ]
    real = (
        Suspect(100 + n, row.kind, tuple((name.text, name.strong) for name in row.names))
        for n, row in enumerate(rows)
    )
    return NameIndex([*(listed(n, *entry) for n, entry in enumerate(LISTED)), *real])


def test_whoever_is_listed_is_found_but_for_what_we_know_to_miss(
    among_real_lists: NameIndex,
) -> None:
    """Recall on the table: 49 of 51."""
    missed = {
        name
        for name, place in SAME
        if place not in found(among_real_lists, name, is_person=LISTED[place][0] == "PERSON")
    }

    assert missed == MISSED


def test_innocent_names_raise_nothing_but_what_we_know(among_real_lists: NameIndex) -> None:
    """Precision on the table: one false alarm for fifty names."""
    assert {name for name in INNOCENT if found(among_real_lists, name)} == FALSE_ALARMS


def likely(suspect: Suspect, party: Watched) -> Likely | None:
    around = [listed(100 + n, *entry) for n, entry in enumerate(LISTED)]
    hits = NameIndex([suspect, *around]).likely(party)
    return next((hit for hit in hits if hit.suspect == suspect.key), None)


@pytest.mark.parametrize(
    ("case", "party", "suspect", "score", "agrees", "differs"),
    [
        ("name_alone", watched("Borealis Bank"), listed(1, "ENTITY", "BOREALIS BANK"),
         100, ("name",), ()),
        ("country_too", watched("Borealis Nord Bank", country="RU"),
         listed(1, "ENTITY", "BOREALIS BANK", "RU"), 89, ("name", "country"), ()),
        ("another_country", watched("Borealis Bank", country="FR"),
         listed(1, "ENTITY", "BOREALIS BANK", "RU"), 93, ("name",), ("country",)),
        ("a_person", watched("Ivan Borealov"), listed(1, "PERSON", "BOREALOV, Ivan"),
         92, ("name",), ("kind",)),
        ("another_lei", watched("Borealis Bank", lei="X"),
         listed(1, "ENTITY", "BOREALIS BANK", identifiers=(("LEI", "Y"),)), None, (), ()),
        ("the_same_lei", watched("Quite another", lei="X"),
         listed(1, "ENTITY", "BOREALIS BANK", identifiers=(("LEI", "X"),)), 100, ("lei",), ()),
        ("the_same_bic", watched("Quite another", bic="BORERUMM123"),
         listed(1, "ENTITY", "BOREALIS BANK", identifiers=(("BIC", "BORERUMM"),)),
         100, ("bic",), ()),
        ("same_birth", watched("Ivan Borealov", is_person=True, born="1960-02-01"),
         listed(1, "PERSON", "BOREALOV, Ivan", births=("1960",)), 100, ("name", "birth"), ()),
        ("another_birth", watched("Ivan Borealov", is_person=True, born="1980-02-01"),
         listed(1, "PERSON", "BOREALOV, Ivan", births=("~1960", "1950/1955")), None, (), ()),
        ("a_weak_alias", watched("Borealis"),
         Suspect(1, "ENTITY", (("Nordgas", True), ("Borealis", False))), None, (), ()),
    ],
)  # fmt: skip
def test_what_else_is_known_speaks_for_or_against(
    case: str,
    party: Watched,
    suspect: Suspect,
    score: int | None,
    agrees: tuple[str, ...],
    differs: tuple[str, ...],
) -> None:
    hit = likely(suspect, party)

    assert (hit.score if hit else None) == score, case
    if hit:
        assert (hit.agrees, hit.differs) == (agrees, differs), case


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("J.P. Morgan S.E.", ("jp", "morgan")),
        ("ОАО «Новатэк»", ("novatek",)),
        ("Public Joint Stock Company NOVATEK", ("novatek",)),
        ("Société Générale SA", ("societe", "generale")),
        ("S.A.", ("sa",)),
        ("", ()),
    ],
)
def test_words_that_tell_a_name(name: str, words: tuple[str, ...]) -> None:
    assert plain_words(name) == words


def test_one_sound_has_one_skeleton() -> None:
    assert skeleton("qadhafi") == skeleton("gaddafi") == skeleton("kadhafi")
    assert skeleton("dmitriy") == skeleton("dimitri")
    assert skeleton("novatek") != skeleton("rosneft")


def test_acronyms_are_the_same_or_are_not() -> None:
    assert likeness("kbc", "kkbc") == 0
    assert likeness("kbc", "kbc") == 100
    assert likeness("2019", "2018") == 0


def test_the_likeliest_comes_first_and_equals_by_their_number() -> None:
    same = [listed(n, "ENTITY", "BOREALIS BANK") for n in (3, 2)]
    index = NameIndex([listed(1, "ENTITY", "BOREALIS BANK NORD"), *same])

    hits = index.likely(watched("Borealis Bank"))

    assert [hit.suspect for hit in hits] == [2, 3, 1]
    assert index.likely(Watched(1, ())) == []
