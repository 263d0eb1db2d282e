"""The generated pages of docs/ say what the code says."""

from __future__ import annotations

import pytest

from backoffice import generated_docs
from backoffice.launcher import places


@pytest.mark.parametrize("name", generated_docs.pages())
def test_page_is_up_to_date(name: str) -> None:
    written = (places.ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == generated_docs.pages()[name], "run manage.py write_docs"


def test_diagram_names_every_arrow() -> None:
    text = generated_docs.states_page()

    for _name, _room, table in generated_docs.LIVES:
        for source, targets in table.items():
            for target in targets:
                assert f"    {source.value} --> {target.value}" in text
