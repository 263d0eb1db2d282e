"""Addresses of roles and rights, under /rights/."""

from django.urls import path

from desk.views import rights

app_name = "rights"
urlpatterns = [
    path("", rights.Matrix.as_view(), name="matrix"),
    path("matrix/", rights.MatrixRows.as_view(), name="cells"),
    path("people/", rights.People.as_view(), name="people"),
    path("people/<int:pk>/", rights.Person.as_view(), name="person"),
    path("grants/", rights.Grants.as_view(), name="grants"),
]
