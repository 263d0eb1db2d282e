"""Addresses of the rule book, under /trades/rules/."""

from django.urls import path

from trades.views import back_tests, house_rules, rule_book, rule_pages

app_name = "rules"
urlpatterns = [
    path("", rule_book.RuleBookPage.as_view(), name="list"),
    path("settings/<int:pk>/approve/", rule_pages.DecideSetting.as_view(), name="approve"),
    path(
        "settings/<int:pk>/refuse/",
        rule_pages.DecideSetting.as_view(approve=False),
        name="refuse",
    ),
    path("settings/<int:pk>/revert/", rule_pages.RevertSetting.as_view(), name="revert"),
    path("back-tests/", back_tests.BackTestList.as_view(), name="back_tests"),
    path("back-tests/<int:pk>/", back_tests.BackTestPage.as_view(), name="back_test"),
    path(
        "back-tests/<int:pk>/trades/",
        back_tests.BackTestTrades.as_view(),
        name="back_test_trades",
    ),
    path("back-tests/<int:pk>/days/", back_tests.BackTestDays.as_view(), name="back_test_days"),
    path("back-tests/<int:pk>/ask/", back_tests.AskActivation.as_view(), name="back_test_ask"),
    path("new/", house_rules.WriteRule.as_view(), name="write"),
    path("check/", house_rules.CheckExpression.as_view(), name="check"),
    path("<slug:code>/", rule_pages.RulePage.as_view(), name="rule"),
    path("<slug:code>/write/", house_rules.WriteRule.as_view(), name="write_version"),
    path("<slug:code>/try/", back_tests.TryRule.as_view(), name="try"),
    path("<slug:code>/propose/", rule_pages.ProposeSetting.as_view(), name="propose"),
]
