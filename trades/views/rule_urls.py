"""Addresses of the rule book, under /trades/rules/."""

from django.urls import path

from trades.views import rule_pages

app_name = "rules"
urlpatterns = [
    path("", rule_pages.RuleBookPage.as_view(), name="list"),
    path("settings/<int:pk>/approve/", rule_pages.DecideSetting.as_view(), name="approve"),
    path(
        "settings/<int:pk>/refuse/",
        rule_pages.DecideSetting.as_view(approve=False),
        name="refuse",
    ),
    path("<slug:code>/", rule_pages.RulePage.as_view(), name="rule"),
    path("<slug:code>/propose/", rule_pages.ProposeSetting.as_view(), name="propose"),
]
