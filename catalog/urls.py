"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("suggest/", views.suggestions, name="suggest"),
    path("<uuid:pk>/", views.entry, name="entry"),
]
