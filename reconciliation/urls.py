from django.urls import path
from django.views import View

app_name = "reconciliation"
urlpatterns = [
    path("statements/<int:pk>/", View.as_view(), name="statement"),
    path("runs/<int:pk>/", View.as_view(), name="run"),
    path("matches/<int:pk>/", View.as_view(), name="match"),
    path("breaks/<int:pk>/", View.as_view(), name="break"),
]
