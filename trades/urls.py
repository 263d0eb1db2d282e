"""Addresses of trades and capture, under /trades/."""

from django.urls import path

from trades.views import detail, entry, fix, intake, listing

app_name = "trades"
urlpatterns = [
    path("", listing.TradeList.as_view(), name="list"),
    path("new/", entry.NewTrade.as_view(), name="new"),
    path("new/amounts/", entry.Amounts.as_view(), name="amounts"),
    path("lookup/<slug:kind>/", entry.Lookup.as_view(), name="lookup"),
    path("capture/", intake.CapturePage.as_view(), name="capture"),
    path("upload/", intake.UploadTable.as_view(), name="upload"),
    path("fix/", intake.UploadFix.as_view(), name="fix"),
    path("imports/<int:pk>/", intake.ImportDetail.as_view(), name="import"),
    path("executions/", intake.WaitingList.as_view(), name="executions"),
    path("executions/<int:pk>/", intake.ExecutionDetail.as_view(), name="execution"),
    path("executions/<int:pk>/name/", intake.NameInstrument.as_view(), name="name_instrument"),
    path("executions/<int:pk>/add/", intake.AddInstrument.as_view(), name="add_instrument"),
    path("fix-sessions/", fix.FixSessionList.as_view(), name="fix_sessions"),
    path("fix-sessions/new/", fix.FixSessionEdit.as_view(), name="fix_session_new"),
    path("fix-sessions/<int:pk>/", fix.FixSessionPage.as_view(), name="fix_session"),
    path("fix-sessions/<int:pk>/edit/", fix.FixSessionEdit.as_view(), name="fix_session_edit"),
    path("fix-sessions/<int:pk>/reset/", fix.FixReset.as_view(), name="fix_reset"),
    path(
        "fix-sessions/<int:pk>/<str:verb>/",
        fix.FixSwitch.as_view(),
        name="fix_switch",
    ),
    path("fix-messages/", fix.FixMessageList.as_view(), name="fix_messages"),
    path("fix-messages/<int:pk>/", fix.FixMessagePage.as_view(), name="fix_message"),
    path("fix-messages/<int:pk>/take-up/", fix.FixTakeUp.as_view(), name="fix_take_up"),
    path("<int:pk>/", detail.TradeDetail.as_view(), name="detail"),
    path("<int:pk>/amend/", entry.AmendTrade.as_view(), name="amend"),
    path("<int:pk>/cancel/", entry.AskCancellation.as_view(), name="cancel"),
    path(
        "<int:pk>/cancel/<slug:verb>/",
        entry.DecideCancellation.as_view(),
        name="decide_cancellation",
    ),
    path("<int:pk>/comment/", detail.CommentTrade.as_view(), name="comment"),
]
