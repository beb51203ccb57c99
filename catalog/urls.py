"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("suggest/", views.suggestions, name="suggest"),
    path("saved/", views.saved_list, name="saved"),
    path("saved/new/", views.save, name="save_search"),
    path("saved/<int:pk>/", views.saved_search, name="saved_search"),
    path("saved/<int:pk>/change/", views.change, name="change_search"),
    path("saved/<int:pk>/delete/", views.delete, name="delete_search"),
    path("<uuid:pk>/follow/", views.follow, name="follow"),
    path("<uuid:pk>/", views.entry, name="entry"),
]
