"""What a file beside a comment is: its content decides, and its name must agree."""

from __future__ import annotations

import pytest

from desk.formats.attached import PROPERTIES, kind_of
from tests.factories.workbooks import workbook

PDF = b"%PDF-1.7\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n...."
JPEG = b"\xff\xd8\xff\xe0...."
MAIL = b"Received: by x\r\n\tfor y\r\nFrom: a@b.example\r\nDate: Fri, 20 Nov 2026\r\n\r\nHello"
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + PROPERTIES
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le")
TABLE = "ISIN;Kurs\nFR0000131104;70,5 €\n".encode()
XLSX = workbook(["ISIN", "CLOSE"], [["FR0000131104", "70"]])
MACROS = XLSX + b"xl/vbaProject.bin"


@pytest.mark.parametrize(
    ("case", "name", "content", "media_type"),
    [
        ("pdf", "Close.PDF", PDF, "application/pdf"),
        ("png", "screen.png", PNG, "image/png"),
        ("jpg", "screen.jpg", JPEG, "image/jpeg"),
        ("jpeg", "screen.jpeg", JPEG, "image/jpeg"),
        ("mail", "answer.eml", MAIL, "message/rfc822"),
        ("outlook", "answer.msg", OUTLOOK, "application/vnd.ms-outlook"),
        ("csv", "prices.csv", TABLE, "text/plain"),
        ("latin_1", "prices.csv", TABLE.decode().replace("€", "é").encode("latin-1"), "text/plain"),
        (
            "xlsx",
            "prices.xlsx",
            XLSX,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("empty", "empty.csv", b"", None),
        ("a_program_called_pdf", "close.pdf", b"MZ\x90\x00", None),
        ("a_picture_called_pdf", "close.pdf", PNG, None),
        ("a_page", "page.html", b"<html>", None),
        ("a_drawing_that_may_run", "drawing.svg", b"<svg onload='x'/>", None),
        ("a_page_called_picture", "page.png", b"<html>", None),
        ("a_program_called_text", "x.txt", b"MZ\x90\x00", None),
        ("an_archive", "x.zip", b"PK\x03\x04", None),
        ("an_archive_called_workbook", "x.xlsx", b"PK\x03\x04", None),
        ("a_workbook_with_macros", "x.xlsx", MACROS, None),
        ("an_old_workbook_called_mail", "x.msg", OLD_WORKBOOK, None),
        ("a_text_called_mail", "x.eml", b"Hello\n\nFrom: me", None),
        ("a_mail_without_sender", "x.eml", b"Subject: x\n\n", None),
        ("no_ending", "close", PDF, None),
        ("two_endings", "close.pdf.exe", PDF, None),
    ],
)
def test_the_content_decides(case: str, name: str, content: bytes, media_type: str | None) -> None:
    found = kind_of(name, content)

    assert (found and found.media_type) == media_type, case
