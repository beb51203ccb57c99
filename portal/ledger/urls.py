"""Addresses of the pages of this app."""

from django.urls import path

from portal.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.entries, name="list"),
    path("<int:pk>/", views.entry, name="entry"),
    path("<int:pk>/proof/", views.proof, name="proof"),
]
