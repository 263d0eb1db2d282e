from django.urls import path

from reconciliation.views import (
    breaks,
    mappings,
    matches,
    statements,
    tolerances,
    upload,
    workbench,
)

app_name = "reconciliation"
urlpatterns = [
    path("", breaks.BreakList.as_view(), name="home"),
    path("breaks/take/", breaks.TakeBreaks.as_view(), name="take"),
    path("breaks/<int:pk>/", breaks.BreakDetail.as_view(), name="break"),
    path("breaks/<int:pk>/assign/", breaks.AssignBreak.as_view(), name="assign"),
    path("breaks/<int:pk>/comment/", breaks.CommentBreak.as_view(), name="comment"),
    path("breaks/<int:pk>/resolve/", breaks.ResolveBreak.as_view(), name="resolve"),
    path("statements/", statements.StatementList.as_view(), name="statements"),
    path("statements/upload/", upload.StatementUpload.as_view(), name="upload"),
    path("statements/<int:pk>/", statements.StatementDetail.as_view(), name="statement"),
    path("statements/<int:pk>/again/", statements.StatementAct.as_view(), name="again"),
    path(
        "statements/<int:pk>/reject/", statements.RejectStatement.as_view(), name="reject_statement"
    ),
    path(
        "statements/<int:pk>/accept/", statements.AcceptStatement.as_view(), name="accept_statement"
    ),
    path("mappings/<int:pk>/", mappings.StatementMapping.as_view(), name="mapping"),
    path("runs/", matches.RunList.as_view(), name="runs"),
    path("runs/<int:pk>/", matches.RunDetail.as_view(), name="run"),
    path("matches/", matches.MatchList.as_view(), name="matches"),
    path("matches/confirm/", matches.ConfirmMatches.as_view(), name="confirm"),
    path("matches/<int:pk>/", matches.MatchDetail.as_view(), name="match"),
    path(
        "matches/<int:pk>/confirm/",
        matches.MatchAct.as_view(),
        {"verb": "confirm"},
        name="confirm_one",
    ),
    path("matches/<int:pk>/undo/", matches.MatchAct.as_view(), {"verb": "undo"}, name="undo"),
    path("tolerances/", tolerances.TolerancesPage.as_view(), name="tolerances"),
    path(
        "tolerances/<str:kind>/propose/",
        tolerances.ProposeTolerances.as_view(),
        name="propose_tolerances",
    ),
    path(
        "tolerances/<int:pk>/approve/",
        tolerances.DecideTolerances.as_view(),
        {"verb": "approve"},
        name="approve_tolerances",
    ),
    path(
        "tolerances/<int:pk>/refuse/",
        tolerances.DecideTolerances.as_view(),
        {"verb": "refuse"},
        name="refuse_tolerances",
    ),
    path("workbench/", workbench.Workbench.as_view(), name="workbench"),
    path("of-trade/<int:pk>/", workbench.OfTrade.as_view(), name="of_trade"),
]
