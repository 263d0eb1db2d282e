from __future__ import annotations

from datetime import date

import pytest

from reporting.facts import IdScheme
from reporting.rules import people

BORN = date(1979, 2, 3)


@pytest.mark.parametrize(
    ("first_names", "surname", "expected"),
    [
        ("Jean", "Dupont", "FR19790203JEAN#DUPON"),
        ("Jean-Marc", "d'Ormesson", "FR19790203JEANMDORME"),
        ("Éloïse Anne", "Çelik", "FR19790203ELOISCELIK"),
        ("Dr Søren", "van der Berg", "FR19790203SORENBERG#"),
        ("Li", "O", "FR19790203LI###O####"),
        ("Anna", "Groß", "FR19790203ANNA#GROS#"),
        ("Maria", "de la Cruz", "FR19790203MARIACRUZ#"),
    ],
)
def test_concat(first_names: str, surname: str, expected: str) -> None:
    built = people.concat_identifier(
        nationality="FR", birth_date=BORN, first_names=first_names, surname=surname
    )

    assert built == expected
    assert not people.identifier_problem(built, IdScheme.CONCAT)


@pytest.mark.parametrize(
    ("nationality", "surname"), [("XX", "Dupont"), ("FR", "Иванов"), ("FR", "123"), ("FR", "")]
)
def test_what_cannot_be_built_is_refused(nationality: str, surname: str) -> None:
    with pytest.raises(people.UnbuildableIdentifier):
        people.concat_identifier(
            nationality=nationality, birth_date=BORN, first_names="Jean", surname=surname
        )


@pytest.mark.parametrize(
    ("identifier", "scheme", "is_good"),
    [
        ("FR19790203JEAN#DUPON", IdScheme.CONCAT, True),
        ("FR19790230JEAN#DUPON", IdScheme.CONCAT, False),
        ("FR19790203#EANXDUPON", IdScheme.CONCAT, False),
        ("ESB12345678", IdScheme.NIDN, True),
        ("FI131052-308T", IdScheme.NIDN, True),
        ("ES131052-308T", IdScheme.NIDN, False),
        ("XX1", IdScheme.CCPT, False),
    ],
)
def test_identifier_form(identifier: str, scheme: IdScheme, is_good: bool) -> None:  # noqa: FBT001 - a table
    assert (not people.identifier_problem(identifier, scheme)) is is_good
