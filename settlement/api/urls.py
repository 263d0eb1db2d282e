from django.urls import path

from settlement.api import views

urlpatterns = [
    path("confirmations/", views.ConfirmationsView.as_view(), name="api-confirmations"),
]
