"""Files beside comments: sent with them, fetched as downloads alone, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _t

from core.access import Action, allows
from core.pages import PageView
from core.pages.base import ActedRequest
from desk import selectors
from desk.formats.attached import ENDINGS
from desk.models import Attachment
from desk.services import attachments

TAKEN = ",".join(ENDINGS)


def uploads_in(request: HttpRequest) -> list[attachments.Upload]:
    """Return the files that came with a comment. Raises TooLargeToAttach before one is read."""
    sent = request.FILES.getlist("files")
    for one in sent:
        attachments.require_size(one.name or "", one.size or 0)
    return [attachments.Upload(name=one.name or "", content=one.read()) for one in sent]


def files_shown(request: ActedRequest, *, url: str, desk: str | None) -> dict[str, Any]:
    """Return what the comments of a page need so that files lie beside them, under `url`."""
    return {
        "files_url": url,
        "files_taken": TAKEN,
        "may_withdraw_all": allows(request.actor, Action.WAIVE_EXCEPTION, desk=desk),
        "may_open_withdrawn": allows(request.actor, Action.VIEW_AUDIT),
    }


class OfAttachment(PageView):
    """A file beside a comment on something that the person may see."""

    subject_kind: str = ""

    def find_subject(self, pk: int) -> Any:
        """Return what the comment is about, with its `desk_code`. Raises Http404 out of reach."""
        raise NotImplementedError

    def find(self, pk: int, number: int) -> tuple[Any, Attachment]:
        """Return the subject and the file. Raises Http404."""
        subject = self.find_subject(pk)
        found = selectors.find_attachment(
            attachment_id=number, subject_kind=self.subject_kind, subject_id=pk
        )
        if found is None:
            raise Http404
        return subject, found


class Download(OfAttachment):
    """The bytes as they came in: saved by the browser, never shown by it."""

    action = Action.VIEW_TRADES
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        _subject, found = self.find(pk, number)
        content = attachments.content_of(attachment=found, actor=self.request.actor)
        answer = HttpResponse(content, content_type=found.file.media_type)
        answer.headers["Content-Disposition"] = str(
            content_disposition_header(True, found.file.name)  # noqa: FBT003 - Django's own call
        )
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


class Withdraw(OfAttachment):
    """Mark a file as laid there by mistake, then back to where the comment stands."""

    action = Action.RESOLVE_EXCEPTION
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        subject, found = self.find(pk, number)
        attachments.withdraw_attachment(
            attachment=found,
            desk=subject.desk_code,
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The file is withdrawn: it stays, and says so."))
        return redirect(subject)
