from django.urls import path

from trades.api import allocation, lists, views

urlpatterns = [
    path("executions/", views.ExecutionsView.as_view(), name="api-executions"),
    path("executions/bulk/", views.BulkView.as_view(), name="api-executions-bulk"),
    path(
        "executions/<path:source_reference>/",
        views.ExecutionStatusView.as_view(),
        name="api-execution-status",
    ),
    path("trades/", lists.TradesView.as_view(), name="api-trades"),
    path("trades/<str:reference>/", lists.TradeView.as_view(), name="api-trade"),
    path("exceptions/", lists.ExceptionsView.as_view(), name="api-exceptions"),
    path("events/", lists.EventsView.as_view(), name="api-events"),
    path(
        "trades/<str:reference>/allocation/",
        allocation.AllocationView.as_view(),
        name="api-allocation",
    ),
]
