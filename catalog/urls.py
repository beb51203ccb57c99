"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("systems/", views.systems, name="systems"),
    path("systems/<uuid:pk>/", views.system, name="system"),
    path("<uuid:pk>/", views.entry, name="entry"),
]
