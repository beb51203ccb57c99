"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/send/", views.send_many, name="send_many"),
    path("reviews/", views.review_list, name="reviews"),
    path("reviews/decide/", views.review_many, name="review_many"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("<uuid:pk>/", views.entry, name="entry"),
    path("<uuid:pk>/send/", views.send, name="send"),
    path("<uuid:pk>/reviews/", views.timeline, name="timeline"),
    path("<uuid:pk>/compare/", views.compare, name="compare"),
]
