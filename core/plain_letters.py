"""Names as people type them: without accents, with any apostrophe, in any case.

Registers the lookup `called` on text columns: `name__called="l'oreal"` finds "L’Oréal". What is
folded is folded by PostgreSQL and here by the same letters, whatever the locale of the database.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from django.db.models import CharField, Lookup, TextField

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    Base = Lookup[str]
else:
    Base = Lookup

LATIN: Final = range(0xC0, 0x250)
BARRED: Final = dict(zip("ŁłØøĐđıĦħŦŧ", "LlOoDdiHhTt", strict=True))
"""Letters that Unicode takes for letters of their own, and people for the plain one."""
APOSTROPHES: Final = "’‘ʼ`´"


def _plain(letter: str) -> str:
    """Return the letter without its marks, or itself where it is no letter with marks."""
    base = BARRED.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


_MARKED: Final = [chr(code) for code in LATIN if _plain(chr(code)) != chr(code)]
_FROM: Final = "".join(_MARKED) + APOSTROPHES
_TO: Final = "".join(map(_plain, _MARKED)) + "'" * len(APOSTROPHES)


def plain(text: str) -> str:
    """Return a text without accents and with straight apostrophes."""
    return unicodedata.normalize("NFC", text).translate(str.maketrans(_FROM, _TO))


@CharField.register_lookup
@TextField.register_lookup
class Called(Base):
    """The column holds the text, however either of them is accented."""

    lookup_name = "called"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the folded column compared with the folded text."""
        column, parameters = self.process_lhs(compiler, connection)
        wanted = connection.ops.prep_for_like_query(plain(str(self.rhs)))
        return (
            f"LOWER(TRANSLATE({column}, %s, %s)) LIKE LOWER(%s)",
            (*parameters, _FROM, _TO, f"%{wanted}%"),
        )
