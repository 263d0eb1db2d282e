"""Text hygiene: one spelling per word, nothing invisible, no alphabet in disguise."""

from __future__ import annotations

import unicodedata
from typing import Final

from kernel.characters import first_hidden, is_hidden
from kernel.findings import Finding, Refusal

LOOK_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""
PIECE: Final = 20


class UncleanText(Refusal):
    """A text with control, invisible or mixed-script characters."""

    code = "UNCLEAN_TEXT"


def findings_in(value: str, *, field: str) -> tuple[Finding, ...]:
    """Return what is wrong with the characters of `value`; empty when it is clean."""
    found = []
    hidden = first_hidden(value)
    if hidden:
        found.append(
            Finding(
                code="TXT-001",
                field=field,
                message="{field} holds a control or invisible character: {found}",
                found=hidden,
            )
        )
    if any(len(_alphabets(word)) > 1 for word in value.split()):
        found.append(
            Finding(
                code="TXT-002",
                field=field,
                message="{field} mixes alphabets that look alike: {found}",
                found=ascii(value[:60]),
            )
        )
    return tuple(found)


def disguise_in(value: str) -> str:
    """Return what is not as it looks in `value`, written visibly; nothing when it is clean."""
    if value.isascii() and value.isprintable():
        return ""
    found = findings_in(value, field="")
    return found[0].found if found else ""


def clean(value: str, *, field: str) -> str:
    """Return `value` in NFC without outer blanks; raises UncleanText."""
    tidy_value = unicodedata.normalize("NFC", value).strip()
    if tidy_value.isascii() and tidy_value.isprintable():
        return tidy_value
    findings = findings_in(tidy_value, field=field)
    if findings:
        raise UncleanText(f"{field} holds unclean text", findings=findings)
    return tidy_value


def visible(value: str) -> str:
    """Return what a person wrote without outer blanks; '' when none of it can be seen."""
    written = value.strip()
    return written if any(_is_seen(c) for c in written) else ""


def tidy(value: str) -> str:
    """Return `value` in NFC with every invisible character dropped: for display text only."""
    kept = (c for c in unicodedata.normalize("NFC", value) if not is_hidden(c))
    return "".join(kept).strip()


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in BLANK


def _alphabets(word: str) -> set[str]:
    if word.isascii():
        return set()
    names = (unicodedata.name(c, "").split(" ", 1)[0] for c in word if c.isalpha())
    return {name for name in names if name in LOOK_ALIKE}


def piece_at(content: str, place: int) -> str:
    """Return what stands at a place, to the end of its line at most; nothing at the very end."""
    return content[place : place + PIECE].partition("\n")[0].rstrip()
