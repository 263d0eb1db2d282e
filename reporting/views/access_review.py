"""A review of all rights as a file: evidence to keep, as XLSX and as PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.models import AccessReview, AccessReviewRow
from core.pages import PageView, formats, status, words
from core.roles import Action
from reporting.facts import CellKind, Sheet, WrittenReport
from reporting.formats.tables_pdf import document
from reporting.formats.tables_xlsx import workbook
from reporting.views.activity import XLSX


class AccessReviewFile(PageView):
    action = Action.VIEW_AUDIT

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        review = get_object_or_404(AccessReview, pk=pk)
        written = _written(review, self.request.actor.name)
        if kind == "xlsx":
            response = HttpResponse(workbook(written), content_type=XLSX)
        else:
            content = document(written, language=(get_language() or "en")[:2])
            response = HttpResponse(content, content_type="application/pdf")
        name = f"access-review-{review.period}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _written(review: AccessReview, by: str) -> WrittenReport:
    signed = _("Not signed yet.")
    if review.signed_at is not None:
        signed = _("Signed by %(who)s, %(moment)s") % {
            "who": review.signed_by,
            "moment": formats.moment(review.signed_at),
        }
    moment = formats.moment(timezone.now(), seconds=False)
    return WrittenReport(
        title=_("Access review %(period)s") % {"period": review.period},
        subtitle=f"{signed} {review.note}".strip(),
        footer=_("Dénouement, %(by)s, %(moment)s") % {"by": by, "moment": moment},
        sheets=(_rights(review),),
    )


def _rights(review: AccessReview) -> Sheet:
    labels = (
        *(_("Person"), _("Role"), _("Desk"), _("Since"), _("Granted by"), _("Approved by")),
        *(_("Last sign-in"), _("Decision"), _("Decided by"), _("Reason")),
    )
    kinds = [CellKind.DAY if at in (3, 6) else CellKind.TEXT for at in range(len(labels))]
    return Sheet(
        title=_("Rights"),
        columns=tuple(zip(labels, kinds, strict=True)),
        rows=tuple(
            (
                words.actor_said(row.user.username, _lender(row)),
                str(status.look(row.role).label),
                row.desk_code or _("all"),
                timezone.localdate(row.granted_at),
                row.granted_by,
                row.approved_by,
                timezone.localdate(row.last_login) if row.last_login else None,
                str(status.look(row.state, of="accessreviewrow").label),
                row.reviewed_by,
                row.reason,
            )
            for row in review.rows.select_related("user", "delegation__lender").order_by("pk")
        ),
        bars=(),
    )


def _lender(row: AccessReviewRow) -> str:
    return row.delegation.lender.username if row.delegation else ""
