"""Names as people type them: without accents, with any apostrophe, in any case.

Registers the lookup `called` on text columns: `name__called="l'oreal"` finds "L’Oréal". PostgreSQL
folds the column as `plain` folds what was typed, whatever the locale of the database; a name of
plain letters is not folded, because most are and folding takes ten times as long as comparing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from django.db.models import CharField, Lookup, TextField

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    Base = Lookup[str]
else:
    Base = Lookup

BARRED: Final = "ŁłØøĐđıĦħŦŧ’‘ʼ´"
PLAIN: Final = "LlOoDdiHhTt''''"
"""Letters that Unicode takes for letters of their own, people for plain ones; apostrophes."""
MARKS: Final = "[\u0300-\u036f]"
FOLDED: Final = """
CASE WHEN octet_length({column}) = char_length({column}) THEN lower({column})
     ELSE lower(regexp_replace(normalize(translate({column}, %s, %s), NFD), %s, '', 'g')) END
LIKE lower(%s)
"""


def plain(text: str) -> str:
    """Return a text without accents and with straight apostrophes."""
    apart = unicodedata.normalize("NFD", text.translate(str.maketrans(BARRED, PLAIN)))
    return re.sub(MARKS, "", apart)


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
        folding = (BARRED, PLAIN, MARKS, f"%{wanted}%")
        return FOLDED.format(column=column), (*parameters * 4, *folding)
