"""Uploads: file → preview → confirm. Nothing is stored before the person has seen what it says.

The preview keeps the bytes on the server, signed to the person who sent them and to the page that
showed them, so that what is confirmed is to the byte what was shown, as what it was shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages.base import PageView
from kernel.findings import Finding, Refusal, worst_first

SALT: Final = "core.pages.upload"
WAIT_SECONDS: Final = 3600
BYTES_MAX: Final = 20 * 1024 * 1024
FINDINGS_SHOWN_MAX: Final = 200


class UnableToUpload(Refusal):
    """No file, an empty one, one that is too large, or a preview that has expired."""

    code = "UNABLE_TO_UPLOAD"


class TooLarge(UnableToUpload):
    """The file is larger than this page accepts."""

    status_code = 413


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says, before anything is done with it.

    `figures` are (label, written value); `columns` and `rows` a first look at its content, where
    the columns of `numbers` (counted from 0) are figures; `rows_total` counts all of
    its rows, where more are there than are shown;
    `findings` what is wrong, by line and column; with `may_confirm` False it can only be corrected.
    """

    figures: Sequence[tuple[str | Promise, str]] = ()
    columns: Sequence[str | Promise] = ()
    rows: Sequence[Sequence[str]] = ()
    rows_total: int = 0
    numbers: Collection[int] = ()
    findings: Sequence[Finding] = field(default_factory=tuple)
    may_confirm: bool = True
    note: str | Promise = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a page's own template shows besides."""

    @property
    def is_cut(self) -> bool:
        return self.rows_total > len(self.rows)


class FileForm(forms.Form):
    """The file; a page with more to ask subclasses it."""

    file = forms.FileField(label=_("File"))


class UploadPage(PageView):
    """Subclasses write `preview` and `confirm`; `confirm` returns the address to go to.

    A preview may ask for more: a form that posts `waiting` and `look` with other answers has the
    same file previewed again.
    """

    template_name = "core/upload.html"
    form_class: ClassVar[type[forms.Form]] = FileForm
    accept: ClassVar[str] = ".csv,.xlsx"
    help_text: ClassVar[str | Promise] = ""
    bytes_max: ClassVar[int] = BYTES_MAX
    asks_all: ClassVar[bool] = False
    """Whether the form of the preview asks everything again: what it leaves out is left out."""

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        """Read the file and say what would be done; changes nothing."""
        raise NotImplementedError

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        """Do it and return the address of the result (often a job's page)."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render({"form": self.form_class()})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "waiting" in request.POST:
            return (
                self._looked_again(request) if "look" in request.POST else self._confirmed(request)
            )
        form = self.form_class(request.POST, request.FILES)
        if not form.is_valid():
            return self.render({"form": form}, status=422)
        sent = form.cleaned_data.pop("file")
        try:
            content = self._read(sent)
        except Refusal as refusal:
            return self._refused(form, refusal)
        return self._previewed(form, sent.name, content, request.POST)

    def misread(self, form: forms.Form) -> Preview | None:
        """Return what is shown of a file that waits while the answers to its page are wrong.

        None begins again with the file.
        """
        return None

    def _looked_again(self, request: HttpRequest) -> HttpResponse:
        """Preview the file that waits with what was answered now; older answers stand below."""
        name, content, posted = _take(request)
        if self.asks_all:
            posted = MultiValueDict()
        for field_name, values in request.POST.lists():
            posted.setlist(field_name, values)
        form = self.form_class(posted, _waiting_file(name, content))
        if not form.is_valid():
            return self._asked_again(form, name, len(content))
        form.cleaned_data.pop("file")
        return self._previewed(form, name, content, posted)

    def _asked_again(self, form: forms.Form, name: str, size: int) -> HttpResponse:
        seen = self.misread(form)
        context: dict[str, Any] = {"form": form}
        if seen is not None:
            waiting = self.request.POST["waiting"]
            context |= {"preview": seen, "waiting": waiting, "name": name, "size": size}
        return self.render(context, status=422)

    def _previewed(
        self, form: forms.Form, name: str, content: bytes, posted: MultiValueDict[str, str]
    ) -> HttpResponse:
        try:
            seen = self.preview(name, content, form.cleaned_data)
        except Refusal as refusal:
            return self._refused(form, refusal)
        waiting = _keep(self.request, name, content, dict(posted.lists()))
        context = {"form": form, "preview": seen, "waiting": waiting, "name": name}
        shown = worst_first(seen.findings)[:FINDINGS_SHOWN_MAX]
        more = len(seen.findings) - len(shown)
        told = {"findings": shown, "findings_more": more, "size": len(content)}
        return self.render({**context, **told})

    def _refused(self, form: forms.Form, refusal: Refusal) -> HttpResponse:
        status = getattr(refusal, "status_code", 422)
        return self.render({"form": form, "refusal": refusal, "status": status}, status=status)

    def _read(self, sent: UploadedFile[bytes]) -> bytes:
        if not sent.size:
            raise UnableToUpload(gettext("The file is empty."))
        if sent.size > self.bytes_max:
            limit = self.bytes_max // (1024 * 1024)
            raise TooLarge(gettext("The file is larger than %(limit)s MB.") % {"limit": limit})
        return bytes(sent.read())

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        name, content, posted = _take(request)
        form = self.form_class(posted, _waiting_file(name, content))
        if not form.is_valid():
            raise UnableToUpload(gettext("The preview has expired: send the file again."))
        form.cleaned_data.pop("file")
        address = self.confirm(name, content, form.cleaned_data)
        messages.success(request, gettext("%(name)s was taken in.") % {"name": name})
        return redirect(address)


def _waiting_file(name: str, content: bytes) -> MultiValueDict[str, UploadedFile[bytes]]:
    return MultiValueDict({"file": [UploadedFile(name=name, size=len(content))]})


def _folder() -> Path:
    folder = Path(settings.FILES_DIR) / "waiting"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _whose(request: HttpRequest) -> dict[str, Any]:
    """Return what a preview is bound to: a table is no FIX log on another page."""
    return {"user": request.user.pk, "page": request.path}


def _keep(request: HttpRequest, name: str, content: bytes, posted: dict[str, Any]) -> str:
    key = uuid4().hex
    kept = _folder() / key
    kept.write_bytes(content)
    oldest = kept.stat().st_mtime - WAIT_SECONDS
    for other in _folder().iterdir():
        if other.stat().st_mtime < oldest:
            other.unlink(missing_ok=True)
    for own in ("csrfmiddlewaretoken", "waiting", "look"):
        posted.pop(own, None)
    digest = sha256(content).hexdigest()
    claim = {"key": key, "name": name, "digest": digest, "posted": posted, **_whose(request)}
    return signing.dumps(claim, salt=SALT, compress=True)


def _take(request: HttpRequest) -> tuple[str, bytes, MultiValueDict[str, str]]:
    expired = UnableToUpload(gettext("The preview has expired: send the file again."))
    try:
        claim = signing.loads(request.POST["waiting"], salt=SALT, max_age=WAIT_SECONDS)
        content = (_folder() / claim["key"]).read_bytes()
    except (signing.BadSignature, FileNotFoundError) as error:
        raise expired from error
    if not _whose(request).items() <= claim.items():
        raise expired
    if sha256(content).hexdigest() != claim["digest"]:
        raise expired
    return claim["name"], content, MultiValueDict(claim["posted"])
