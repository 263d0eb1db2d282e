"""Acts on the rows that a person selected in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import bulk
from core.pages import selection
from core.pages.base import PageView
from core.reasons import reason_of


@dataclass(frozen=True, slots=True)
class Done:
    """What a bulk act did: to how many, in which words, and whether it said why not to others."""

    count: int
    said: str
    explained: bool = False


class BulkPage(PageView):
    """What a BulkAction posts to: resolve the selection, act once, say what was done.

    Subclasses write `perform`; it returns what was done, in the words shown to the person, and has
    warned of each row that it left alone for a reason of its own. That nothing was done is a
    warning, too, and says why. The list page is shown again with the filter that it had. With a
    `job_kind` (`core.bulk.handler`) more rows than fit a request are handed to a job, each with
    what was seen of it, and its page is shown.
    """

    http_method_names = ["post"]
    list_url_name: ClassVar[str]
    job_kind: ClassVar[str] = ""

    def perform(self, chosen: selection.Selection, reason: str) -> Done:
        """Do it, and return to how many it was done."""
        raise NotImplementedError

    def chosen(self, path: str) -> selection.Selection:
        """Return the rows to act on; a list whose rows stand for several says for which."""
        return selection.resolve(self.request, path=path)

    def parameters(self, reason: str) -> dict[str, Any]:
        """Return what the job must know besides the rows. Raises a Refusal when it cannot be."""
        return {"reason": reason}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = reverse(self.list_url_name)
        chosen = self.chosen(back)
        reason = reason_of(request.POST.get("reason", ""))
        if self.job_kind and len(chosen) > bulk.AT_ONCE_MAX:
            job = bulk.enqueue(
                kind=self.job_kind,
                seen={pk: chosen.revisions.get(pk, "") for pk in chosen.ids},
                parameters=self.parameters(reason),
                actor=self.request.actor,
                at=timezone.now(),
            )
            return redirect("core:job", job.pk)
        done = self.perform(chosen, reason)
        if done.count:
            messages.success(request, done.said)
        else:
            why = "" if done.explained else _("What you selected has moved on: look again.")
            messages.warning(request, f"{done.said} {why}".strip())
        query = request.POST.get("list_query", "")
        return redirect(f"{back}?{query}" if query else back)
