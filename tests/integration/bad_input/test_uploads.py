"""Bad files at the upload pages: what is wrong is said with line, column and value; nothing stays.

The files stand in `cases.py` and `statement_cases.py`, one row each.
"""

from __future__ import annotations

from typing import Any

import pytest

from core import jobs
from core.models import Job
from desk.models import ControlException
from reconciliation.models import StatementFile
from refdata.models import FileImport, Venue
from tests.factories.trades import small_world
from tests.integration.bad_input import files
from tests.integration.bad_input.cases import (
    EXECUTIONS,
    FEEDBACK,
    FIX,
    FRENCH,
    REFERENCE,
    Bad,
    Content,
)
from tests.integration.bad_input.doors import agent, confirm, rows, said, upload
from tests.integration.bad_input.statement_cases import STATEMENTS
from trades.models import CaptureBatch, CaptureFile, Execution, Trade

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def refused_without_a_trace(
    door: str, content: Content, status: int, words: str, **options: str
) -> None:
    client = agent()
    before = rows()

    answer = upload(client, door, content() if callable(content) else content, **options)

    assert (answer.status_code, words) == (status, words if words in said(answer) else said(answer))
    assert rows() == before
    assert client.get("/trades/").status_code == 200


@pytest.mark.parametrize("bad", EXECUTIONS.values(), ids=EXECUTIONS)
def test_a_table_of_executions(bad: Bad) -> None:
    refused_without_a_trace(*bad)


@pytest.mark.parametrize("bad", FIX.values(), ids=FIX)
def test_a_fix_log(bad: Bad) -> None:
    refused_without_a_trace(*bad)


@pytest.mark.parametrize("bad", STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement(bad: Bad) -> None:
    refused_without_a_trace(*bad)


@pytest.mark.parametrize("bad", REFERENCE.values(), ids=REFERENCE)
def test_a_reference_file(bad: tuple[str, bytes, str]) -> None:
    kind, content, words = bad
    refused_without_a_trace("reference", content, 422, words, kind=kind)


@pytest.mark.parametrize(
    ("kind", "content", "said_"),
    [
        (
            "mic",
            "MIC,OPERATING MIC,MARKET NAME-INSTITUTION DESCRIPTION,ISO COUNTRY CODE (ISO 3166),"
            "STATUS\nXPAR,XPAR,EURO\u200bNEXT,FR,ACTIVE\nXLON,XLON,LONDON,GB,ACTIVE\n",
            "U+200B is a control or invisible character",
        ),
        (
            "lei",
            "LEI,Entity.LegalName,Entity.LegalAddress.Country\n"
            "R0MUWSFPU8MPRO8K5P83,BNP\u202e PARIBAS,FR\n",
            "U+202E is a control or invisible character",
        ),
    ],
)
def test_a_name_that_cannot_be_seen_whole_is_refused_on_its_row(
    kind: str, content: str, said_: str
) -> None:
    shown = said(upload(agent(), "reference", content.encode(), kind=kind))

    assert f"REF-041 Blocking 2 {'MARKET NAME' if kind == 'mic' else ''}" in shown
    assert said_ in shown
    assert "\u200b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize("bad", FEEDBACK.values(), ids=FEEDBACK)
def test_an_answer_of_the_regulator(bad: tuple[bytes, str]) -> None:
    refused_without_a_trace("feedback", bad[0], 422, bad[1])


@pytest.mark.parametrize("door", ["executions", "fix", "statement", "reference", "feedback"])
def test_fifty_megabytes(door: str) -> None:
    zeros = bytes(files.FIFTY_MEGABYTES)
    refused_without_a_trace(door, zeros, 413, "At most 32 MB are accepted here; 51 MB were sent.")


@pytest.mark.parametrize("door", ["executions", "fix", "statement", "reference"])
def test_twenty_five_megabytes(door: str) -> None:
    kind = {"kind": "mic"} if door == "reference" else {}
    zeros = bytes(files.FIFTY_MEGABYTES // 2)
    refused_without_a_trace(door, zeros, 413, "The file is larger than 20 MB.", **kind)


@pytest.mark.parametrize("bad", FRENCH.values(), ids=FRENCH)
def test_a_french_reader_is_told_in_french(bad: tuple[str, bytes, dict[str, str], str]) -> None:
    door, content, options, words = bad
    answer = upload(agent(), door, content, language="fr", **options)

    assert words in said(answer)


READ = {
    "BOM": b"\xef\xbb\xbf" + files.table(),
    "UTF-16": files.table().decode().encode("utf-16"),
    "semicolon": files.table(";"),
    "CRLF": files.table(end="\r\n"),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_is_only_unusual_is_read(content: bytes) -> None:
    client = agent()

    confirm(client, "executions", upload(client, "executions", content))
    jobs.run_pending()

    trade = Trade.objects.get()
    assert (trade.source_reference, trade.price) == ("U-1", 10.5)


def test_a_french_excel_file_is_read_when_its_habits_are_declared() -> None:
    client = agent()
    content = files.table(";", price="10,5").decode().replace("book", "Contrepartie;Commentaire")
    content = content.replace("EQ-PAR-1", "BNPP;Réglé").encode("cp1252")

    shown = upload(client, "executions", content, decimal_mark=",", encoding="cp1252")
    confirm(client, "executions", shown)
    jobs.run_pending()

    assert Trade.objects.get().price == 10.5


def test_an_unknown_isin_waits_on_its_line() -> None:
    client = agent()
    shown = upload(client, "executions", files.table(isin="US0378331005"))

    confirm(client, "executions", shown)
    jobs.run_pending()

    finding = CaptureBatch.objects.get().findings[0]
    assert (finding["code"], finding["line"], finding["column"]) == ("CAP-101", 2, "isin")
    assert "US0378331005" in finding["message"]
    assert not Trade.objects.exists()
    assert ControlException.objects.filter(state="OPEN").count() == 1


@pytest.mark.parametrize("door", ["fix", "statement", "reference"])
def test_a_preview_is_confirmed_on_its_own_page_only(door: str) -> None:
    """What was shown as a table of executions is not taken in as something else."""
    client = agent()
    shown = upload(client, "executions", files.table())

    answer = confirm(client, door, shown)

    assert (answer.status_code, Job.objects.count()) == (422, 0)
    assert "The preview has expired" in said(answer)
    assert confirm(client, "executions", shown).status_code == 302


def test_what_was_not_asked_with_the_file_is_not_asked_later() -> None:
    client = agent()
    shown = upload(client, "executions", files.table())
    more = {"waiting": shown.context["waiting"], "source_system": "OTHER", "encoding": "cp1252"}

    client.post("/trades/upload/", more)

    asked = CaptureFile.objects.get()
    assert (asked.source_system, asked.as_read.encoding) == ("FILE", "")


@pytest.mark.parametrize("door", ["executions", "fix", "statement", "reference"])
def test_the_same_file_twice_changes_nothing(door: str) -> None:
    content = {
        "executions": files.table(),
        "fix": files.fix(t22="4", t48="FR0000120271"),
        "statement": files.MT940,
        "reference": files.MIC + b"XTST,XTST,A market,ACTIVE\n",
    }[door]
    options = {"kind": "mic"} if door == "reference" else {}
    client = agent()
    confirm(client, door, upload(client, door, content, **options))
    jobs.run_pending()
    before = business()
    assert any(before.values())

    again: Any = upload(client, door, content, **options)
    if again.context.get("waiting"):
        again = confirm(client, door, again)
    jobs.run_pending()

    assert business() == before
    assert again.status_code == 409 or "FILE_ALREADY_LOADED" in said(again)


def business() -> dict[str, int]:
    kinds = (Trade, Execution, CaptureBatch, StatementFile, FileImport, Venue)
    return {kind.__name__: kind.objects.count() for kind in kinds}
