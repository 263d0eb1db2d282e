"""Addresses of roles and rights, under /rights/."""

from django.urls import path

from desk.views import delegations, emergencies, limits, reviews, rights, role_acts

app_name = "rights"
urlpatterns = [
    path("", rights.Matrix.as_view(), name="matrix"),
    path("matrix/", rights.MatrixRows.as_view(), name="cells"),
    path("people/", rights.People.as_view(), name="people"),
    path("people/<int:pk>/", rights.Person.as_view(), name="person"),
    path("people/<int:pk>/propose/", role_acts.ProposeRole.as_view(), name="propose"),
    path("people/<int:pk>/limit/", limits.AskLimit.as_view(), name="ask_limit"),
    path("limits/", limits.Limits.as_view(), name="limits"),
    path("limits/ask/", limits.AskSeveral.as_view(), name="ask_several"),
    path("delegations/", delegations.Delegations.as_view(), name="delegations"),
    path("delegations/ask/", delegations.AskDelegation.as_view(), name="delegate"),
    path("delegations/<int:pk>/", delegations.DelegationPage.as_view(), name="delegation"),
    path(
        "delegations/<int:pk>/withdraw/",
        delegations.WithdrawDelegation.as_view(),
        name="delegation_withdraw",
    ),
    path("grants/", rights.Grants.as_view(), name="grants"),
    path("grants/<int:pk>/withdraw/", role_acts.WithdrawRole.as_view(), name="withdraw"),
    path("proposals/", rights.Proposals.as_view(), name="proposals"),
    path("proposals/<int:pk>/approve/", role_acts.DecideRole.as_view(), name="approve"),
    path("proposals/<int:pk>/refuse/", role_acts.DecideRole.as_view(approve=False), name="refuse"),
    path("reviews/", reviews.Reviews.as_view(), name="reviews"),
    path("reviews/open/", reviews.OpenReview.as_view(), name="review_open"),
    path("reviews/<int:pk>/", reviews.Review.as_view(), name="review"),
    path("reviews/<int:pk>/sign/", reviews.SignReview.as_view(), name="review_sign"),
    path("reviewed/", reviews.ReviewRows.as_view(), name="review_rows"),
    path("reviewed/keep/", reviews.KeepRows.as_view(), name="rows_keep"),
    path("reviewed/withdraw/", reviews.WithdrawRows.as_view(), name="rows_withdraw"),
    path("emergency/", emergencies.BreakGlass.as_view(), name="break_glass"),
    path("emergency/<int:pk>/end/", emergencies.EndEmergency.as_view(), name="emergency_end"),
    path("alone/<int:pk>/", emergencies.Emergency.as_view(), name="emergency"),
    path("alone/", rights.GivenAlone.as_view(), name="alone"),
    path("alone/<int:pk>/keep/", role_acts.ReviewLoneGrant.as_view(), name="keep"),
    path(
        "alone/<int:pk>/take-away/",
        role_acts.ReviewLoneGrant.as_view(keep=False),
        name="take_away",
    ),
]
