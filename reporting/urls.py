"""Addresses of the reporting pages."""

from django.urls import path, re_path

from reporting.views import access_review, activity, day, evidence, files, reports

app_name = "reporting"
urlpatterns = [
    path("", day.ReportingDay.as_view(), name="home"),
    path("generate/", day.GenerateDay.as_view(), name="generate"),
    path("unanswered/", reports.UnansweredList.as_view(), name="unanswered"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path("reports/<int:pk>/", reports.ReportDetail.as_view(), name="report"),
    path("files/", files.FileList.as_view(), name="files"),
    path("files/<int:pk>/", files.FileDetail.as_view(), name="file"),
    path("files/<int:pk>/download/", files.FileDownload.as_view(), name="download"),
    path("files/<int:pk>/check/", files.FileCheck.as_view(), name="check"),
    path("files/<int:pk>/release/", files.FileRelease.as_view(), name="release"),
    path("feedback/", files.FeedbackImport.as_view(), name="feedback"),
    path("schemas/", files.SchemaStatusPage.as_view(), name="schemas"),
    path("evidence/", evidence.EvidenceList.as_view(), name="evidence"),
    path("evidence/ask/", evidence.AskEvidence.as_view(), name="ask_evidence"),
    path("evidence/<int:pk>/", evidence.EvidencePage.as_view(), name="evidence_report"),
    re_path(
        r"^evidence/(?P<pk>[0-9]{1,18})/evidence\.(?P<kind>xlsx|pdf)$",
        evidence.EvidenceFile.as_view(),
        name="evidence_file",
    ),
    path("activity/", activity.Activity.as_view(), name="activity"),
    re_path(
        r"^access-reviews/(?P<pk>[0-9]{1,18})/review\.(?P<kind>xlsx|pdf)$",
        access_review.AccessReviewFile.as_view(),
        name="access_review_file",
    ),
    re_path(
        r"^activity/activity\.(?P<kind>xlsx|pdf)$",
        activity.ActivityFile.as_view(),
        name="activity_file",
    ),
]
