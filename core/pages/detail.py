"""Detail pages: one record, found among those that the person may see, or 404."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core.pages.base import PageView


class DetailPage(PageView):
    """The page of one record; a record of a desk out of reach does not exist (404)."""

    model: ClassVar[type[Model] | None] = None
    slug_field: ClassVar[str] = "pk"
    object: Any

    def get_queryset(self) -> QuerySet[Any]:
        """Return every record that this person may see; scope it by desk here."""
        if self.model is None:
            raise NotImplementedError(f"{type(self).__name__} names no model and no queryset")
        return self.model._default_manager.all()  # noqa: SLF001 - Django's public name for it

    def get_object(self) -> Any:
        key = next(iter(self.kwargs.values()))
        return get_object_or_404(self.get_queryset(), **{self.slug_field: key})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.render({"object": self.object, **self.extra_context()})

    def extra_context(self) -> dict[str, Any]:
        """Return what the template needs besides `object`."""
        return {}
