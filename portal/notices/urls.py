"""Addresses of the pages of this app."""

from django.urls import path

from portal.notices import keeping_views, views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("read-these/", views.read_some, name="read_some"),
    path("<int:pk>/read/", views.read, name="read"),
    path("settings/", views.settings, name="settings"),
    path("texts/", keeping_views.texts, name="texts"),
    path("texts/<str:kind>/<str:language>/", keeping_views.text, name="text"),
    path("webhooks/", keeping_views.webhooks, name="webhooks"),
    path("webhooks/new/", keeping_views.webhook_new, name="webhook_new"),
    path("webhooks/<int:pk>/", keeping_views.webhook, name="webhook"),
    path("webhooks/<int:pk>/secret/", keeping_views.webhook_secret, name="webhook_secret"),
    path("given-up/", keeping_views.given_up, name="given_up"),
    path("given-up/settle/", keeping_views.settle, name="settle"),
]
