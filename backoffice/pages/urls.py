from django.urls import path

from backoffice.pages import views

urlpatterns = [path("", views.BusinessDay.as_view(), name="home")]
