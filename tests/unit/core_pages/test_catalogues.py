"""The catalogue tool finds every kind of text and keeps the French that stands."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog

from core import catalogues


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_texts_come_from_code_findings_and_templates(tmp_path: Path) -> None:
    write(
        tmp_path,
        "trades/forms.py",
        'a = _("Side")\nb = ngettext("one", "many", n)\n'
        'Finding(message="{field} is missing")\nN_("Note")\n',
    )
    write(
        tmp_path,
        "templates/trades/list.html",
        "{% load i18n %}\n  {% trans 'Hello' %}\n {% blocktrans count n=n %}"
        "a trade{% plural %}{{ n }} trades{% endblocktrans %}",
    )

    found = {text.msgid for text in catalogues.texts_of(tmp_path, "trades")}

    assert found == {
        "Side",
        ("one", "many"),
        "{field} is missing",
        "Note",
        "Hello",
        ("a trade", "%(n)s trades"),
    }


def test_a_text_of_a_lower_room_is_not_repeated_and_french_is_kept(tmp_path: Path) -> None:
    write(tmp_path, "core/a.py", '_("Save")')
    write(tmp_path, "trades/a.py", '_("Save")\n_("Book")')
    first = dict(catalogues.refreshed(tmp_path))
    first["trades"].get("Book").string = "Portefeuille"
    catalogues.write(catalogues.catalogue_path(tmp_path, "trades"), first["trades"])

    again = dict(catalogues.refreshed(tmp_path))

    assert [message.id for message in again["trades"] if message.id] == ["Book"]
    assert again["trades"].get("Book").string == "Portefeuille"


def test_problems_name_what_is_missing_fuzzy_or_unlike() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("Save")
    catalogue.add("Side", "Sens", flags=["fuzzy"])
    catalogue.add("%(n)s rows", "des lignes")
    catalogue.add("Book", "Portefeuille")

    assert list(catalogues.problems(catalogue)) == [
        "not translated: 'Save'",
        "fuzzy: 'Side'",
        "other placeholders: '%(n)s rows'",
    ]


def test_every_name_that_a_translation_goes_by_is_searched_for() -> None:
    imported = re.compile(r"^from django\.utils\.translation import (.+)$", re.MULTILINE)
    root = Path(__file__).parents[3]
    names = {
        name.split(" as ")[-1].split()[0]
        for room in catalogues.ROOMS
        for path in (root / room).rglob("*.py")
        for line in imported.findall(path.read_text())
        for name in line.strip("()").split(",")
        if "gettext" in name
    }
    assert names <= set(catalogues.KEYWORDS), names - set(catalogues.KEYWORDS)
