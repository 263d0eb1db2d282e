"""Addresses of conduct, under /conduct/."""

from django.urls import path

from conduct.views import lists, pairs, sheets

app_name = "conduct"
urlpatterns = [
    path("", lists.TraderConductList.as_view(), name="traders"),
    path("traders/<int:pk>/", sheets.TraderSheet.as_view(), name="trader"),
    path("parties/", lists.PartyConductList.as_view(), name="parties"),
    path("parties/<int:pk>/", sheets.PartySheet.as_view(), name="party"),
    path("pairs/", pairs.PairsPage.as_view(), name="pairs"),
    path("watches/", lists.WatchList.as_view(), name="watches"),
    path("watches/again/", lists.WatchAgain.as_view(), name="watch_again"),
]
