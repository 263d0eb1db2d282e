"""Addresses of the desk, under /work/."""

from django.urls import path

from desk.states import RequestState
from desk.views import causes, exceptions, mentions, requests

app_name = "desk"
urlpatterns = [
    path("exceptions/", exceptions.ExceptionList.as_view(), name="exceptions"),
    path("exceptions/waive/", exceptions.WaiveMany.as_view(), name="exceptions_waive"),
    path("exceptions/take/", exceptions.TakeMany.as_view(), name="exceptions_take"),
    path("exceptions/recheck/", exceptions.RecheckMany.as_view(), name="exceptions_recheck"),
    path("exceptions/causes/", causes.CauseList.as_view(), name="causes"),
    path("exceptions/causes/take/", causes.TakeCauses.as_view(), name="causes_take"),
    path("exceptions/causes/waive/", causes.WaiveCauses.as_view(), name="causes_waive"),
    path("exceptions/<int:pk>/", exceptions.ExceptionDetail.as_view(), name="exception"),
    path("exceptions/<int:pk>/waive/", exceptions.Waive.as_view(), name="exception_waive"),
    path("exceptions/<int:pk>/assign/", exceptions.Assign.as_view(), name="exception_assign"),
    path("exceptions/<int:pk>/comment/", exceptions.AddComment.as_view(), name="exception_comment"),
    path(
        "exceptions/<int:pk>/attachments/<int:number>/",
        exceptions.DownloadAttachment.as_view(),
        name="attachment",
    ),
    path(
        "exceptions/<int:pk>/attachments/<int:number>/withdraw/",
        exceptions.WithdrawAttachment.as_view(),
        name="attachment_withdraw",
    ),
    path("exceptions/<int:pk>/recheck/", exceptions.Recheck.as_view(), name="exception_recheck"),
    path("mentions/<int:pk>/", mentions.OpenMention.as_view(), name="mention"),
    path("people/", mentions.PeopleLookup.as_view(), name="people"),
    path("requests/", requests.Requests.as_view(), name="requests"),
    path("requests/grant/", requests.DecideMany.as_view(), name="requests_grant"),
    path("requests/refuse/", requests.DecideMany.as_view(grant=False), name="requests_refuse"),
    path("requests/<int:pk>/", requests.RequestDetail.as_view(), name="request"),
    path("requests/<int:pk>/grant/", requests.Decide.as_view(), name="request_grant"),
    path(
        "requests/<int:pk>/refuse/",
        requests.Decide.as_view(target=RequestState.REFUSED),
        name="request_refuse",
    ),
    path(
        "requests/<int:pk>/withdraw/",
        requests.Decide.as_view(target=RequestState.WITHDRAWN),
        name="request_withdraw",
    ),
]
