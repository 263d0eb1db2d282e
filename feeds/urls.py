"""Addresses of webhooks, under /webhooks/."""

from django.urls import path

from feeds.views import deliveries, endpoints

app_name = "feeds"
urlpatterns = [
    path("", endpoints.EndpointList.as_view(), name="endpoints"),
    path("new/", endpoints.NewEndpoint.as_view(), name="endpoint_new"),
    path("deliveries/", deliveries.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/replay/", deliveries.ReplayMany.as_view(), name="replay_many"),
    path("deliveries/<int:pk>/", deliveries.DeliveryDetail.as_view(), name="delivery"),
    path("deliveries/<int:pk>/replay/", deliveries.Replay.as_view(), name="replay"),
    path("<int:pk>/", endpoints.EndpointDetail.as_view(), name="endpoint"),
    path("<int:pk>/pause/", endpoints.Pause.as_view(), name="endpoint_pause"),
    path("<int:pk>/resume/", endpoints.Resume.as_view(), name="endpoint_resume"),
    path("<int:pk>/end/", endpoints.End.as_view(), name="endpoint_end"),
    path("<int:pk>/test/", endpoints.SendTest.as_view(), name="endpoint_test"),
    path("<int:pk>/secret/", endpoints.RenewSecret.as_view(), name="endpoint_secret"),
]
