from django.urls import path

from trades.api import views

urlpatterns = [
    path("executions/", views.ExecutionsView.as_view(), name="api-executions"),
    path("executions/bulk/", views.BulkView.as_view(), name="api-executions-bulk"),
    path(
        "executions/<path:source_reference>/",
        views.ExecutionStatusView.as_view(),
        name="api-execution-status",
    ),
]
