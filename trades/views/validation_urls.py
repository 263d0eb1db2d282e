"""Addresses of validation, under /validation/."""

from django.urls import path

from trades.views import validation

app_name = "validation"
urlpatterns = [
    path("", validation.ValidationQueue.as_view(), name="queue"),
    path("validate/", validation.DecideMany.as_view(), name="validate"),
    path("refuse/", validation.DecideMany.as_view(approve=False), name="refuse"),
    path("<int:pk>/", validation.ValidationDetail.as_view(), name="trade"),
    path("<int:pk>/validate/", validation.DecideOne.as_view(), name="validate_one"),
    path("<int:pk>/refuse/", validation.DecideOne.as_view(approve=False), name="refuse_one"),
]
