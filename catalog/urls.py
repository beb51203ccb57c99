"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views
from catalog.views import exchange, exchange_files

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/template.xlsx", exchange_files.template, name="exchange_template"),
    path("exchange/export.<str:kind>", exchange_files.export, name="export"),
    path("exchange/<uuid:pk>/", exchange.intake_page, name="intake"),
    path("exchange/<uuid:pk>/progress/", exchange.progress, name="intake_progress"),
    path("exchange/<uuid:pk>/act/", exchange.act, name="intake_act"),
    path("exchange/<uuid:pk>/faults.xlsx", exchange_files.faulty, name="intake_faults"),
    path("<uuid:pk>/", views.entry, name="entry"),
]
