"""Addresses for other catalogs; they are outside of ``/catalog/`` where harvesters look for them."""

from django.urls import URLPattern, URLResolver, path, re_path

from catalog.interop.ckan_views import ActionView
from catalog.interop.dcat_views import FORMATS, CatalogGraphView, EntryGraphView

_KIND = f"(?P<kind>{'|'.join(FORMATS)})"
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^catalog\.{_KIND}$", CatalogGraphView.as_view(), name="dcat_catalog"),
    re_path(
        rf"^catalog/(?P<pk>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})\.{_KIND}$",
        EntryGraphView.as_view(),
        name="dcat_entry",
    ),
    path("api/3/action/<str:name>", ActionView.as_view(), name="ckan_action"),
    path("api/action/<str:name>", ActionView.as_view(schema=None), name="ckan_action_latest"),
]
