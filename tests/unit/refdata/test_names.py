"""Which parties a name may mean: by identifier, by name, or because it is much alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdata.facts import PartyFacts
from refdata.rules.names import Likeness, alike, words_of


def party(code: str, name: str, *, lei: str = "", bic: str = "") -> PartyFacts:
    return PartyFacts(
        party_id=hash(code) % 1000,
        code=code,
        name=name,
        lei=lei,
        bic=bic,
        country="FR",
        is_counterparty=True,
        is_own_firm=False,
        active=True,
        lei_status="",
        lei_next_renewal=None,
    )


PARTIES = (
    party("BNPP", "BNP Paribas", lei="R0MUWSFPU8MPRO8K5P83", bic="BNPAFRPP"),
    party("SOGE", "Société Générale", bic="SOGEFRPPXXX"),
    party("CACI", "Crédit Agricole CIB", bic="BSUIFRPP"),
    party("JPMO", "J.P. Morgan SE", bic="CHASDEFX"),
    party("UNIC", "UniCredit S.p.A.", bic="UNCRITMM"),
    party("BERE", "Joh. Berenberg, Gossler & Co. KG"),
    party("JYSK", "Jyske Bank A/S"),
)


@pytest.mark.parametrize(
    ("case", "name", "code", "why"),
    [
        ("lei", "R0MUWSFPU8MPRO8K5P83", "BNPP", Likeness.SAME_LEI),
        ("bic", "SOGEFRPP", "SOGE", Likeness.SAME_BIC),
        ("head_office_in_full", "BNPAFRPPXXX", "BNPP", Likeness.SAME_BIC),
        ("branch", "BNPAFRPPPAA", "BNPP", Likeness.SAME_INSTITUTION),
        ("accents", "SOCIETE GENERALE", "SOGE", Likeness.SAME_NAME),
        ("legal_form", "Societe Generale S.A.", "SOGE", Likeness.SAME_NAME),
        ("dots", "JP MORGAN S.E.", "JPMO", Likeness.SAME_NAME),
        ("spaces", "Uni Credit SpA", "UNIC", Likeness.SAME_NAME),
        ("order", "Paribas BNP", "BNPP", Likeness.SAME_NAME),
        ("code", "bnpp", "BNPP", Likeness.SAME_NAME),
        ("part", "Berenberg", "BERE", Likeness.PART_OF_NAME),
        ("more", "BNP Paribas Securities Services", "BNPP", Likeness.PART_OF_NAME),
        ("shortened", "CRED AGRI CIB", "CACI", Likeness.PART_OF_NAME),
        ("mistyped", "Societte Generalle", "SOGE", Likeness.NEARLY),
    ],
)
def test_the_likeliest_comes_first_with_its_reason(
    case: str, name: str, code: str, why: Likeness
) -> None:
    found = alike(name, PARTIES, at_most=5)

    assert [(one.party.code, one.likeness) for one in found[:1]] == [(code, why)], case


@pytest.mark.parametrize("name", ["", "   ", "SA", "Nobody", "X", "???", "S.A.", "Ünïcörn"])
def test_what_is_like_nobody_proposes_nobody(name: str) -> None:
    assert alike(name, PARTIES, at_most=5) == []


def test_no_more_are_proposed_than_were_asked_for_and_equals_come_by_code() -> None:
    many = [party(f"P{n}", "Banque Alpha") for n in (3, 1, 2)]

    assert [one.party.code for one in alike("Alpha", many, at_most=2)] == ["P1", "P2"]


@given(name=st.text(max_size=40))
def test_any_name_can_be_asked_for_and_a_name_is_like_itself(name: str) -> None:
    alike(name, PARTIES, at_most=5)

    own = alike(name, [party("", name)], at_most=1)

    assert [one.likeness for one in own] == ([Likeness.SAME_NAME] if words_of(name) else [])
