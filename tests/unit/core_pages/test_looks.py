"""Every state of the house has words, in both languages, and one of the six colours."""

from __future__ import annotations

import pytest
from django.utils import translation

from backoffice import looks
from core.pages import status


@pytest.mark.parametrize("name", sorted(looks.enums()))
def test_every_state_has_words(name: str) -> None:
    missing = [member for member in looks.enums()[name] if str(member) not in status.LOOKS]
    assert not missing


def test_the_words_speak_french() -> None:
    with translation.override("fr"):
        assert str(status.look("PENDING_VALIDATION").label) == "À valider"
