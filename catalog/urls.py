"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views
from catalog.views import drift, duties, exchange, exchange_files, harvest, proposing, transfers
from catalog.views.rights import rights

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("systems/", views.systems, name="systems"),
    path("systems/<uuid:pk>/", views.system, name="system"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/send/", views.send_many, name="send_many"),
    path("propose/", proposing.propose, name="propose"),
    path("drift/", drift.drift, name="drift"),
    path("drift/sources/<int:pk>/", drift.compare_now, name="compare_now"),
    path("drift/<uuid:pk>/", drift.decide, name="drift_decide"),
    path("reviews/", views.review_list, name="reviews"),
    path("reviews/decide/", views.review_many, name="review_many"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("suggest/", views.suggestions, name="suggest"),
    path("saved/", views.saved_list, name="saved"),
    path("saved/new/", views.save, name="save_search"),
    path("saved/<int:pk>/", views.saved_search, name="saved_search"),
    path("saved/<int:pk>/change/", views.change, name="change_search"),
    path("saved/<int:pk>/delete/", views.delete, name="delete_search"),
    path("<uuid:pk>/follow/", views.follow, name="follow"),
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/template.xlsx", exchange_files.template, name="exchange_template"),
    path("exchange/export.<str:kind>", exchange_files.export, name="export"),
    path("exchange/<uuid:pk>/", exchange.intake_page, name="intake"),
    path("exchange/<uuid:pk>/progress/", exchange.progress, name="intake_progress"),
    path("exchange/<uuid:pk>/act/", exchange.act, name="intake_act"),
    path("exchange/<uuid:pk>/faults.xlsx", exchange_files.faulty, name="intake_faults"),
    path("harvest/", harvest.harvests, name="harvests"),
    path("harvest/sources/<uuid:pk>/start/", harvest.harvest_start, name="harvest_start"),
    path("harvest/<uuid:pk>/", harvest.harvest_run, name="harvest_run"),
    path("harvest/<uuid:pk>/progress/", harvest.harvest_progress, name="harvest_progress"),
    path("harvest/<uuid:pk>/act/", harvest.harvest_act, name="harvest_act"),
    path("quality/", views.quality_list, name="quality_list"),
    path("quality/warnings.xlsx", views.quality_export, name="quality_export"),
    path("<uuid:pk>/quality/", views.quality, name="quality"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.offer, name="offer"),
    path("transfers/accept/", transfers.accept_many, name="accept_transfers"),
    path("transfers/<uuid:pk>/", transfers.transfer, name="transfer"),
    path("duties/", duties.duties, name="duties"),
    path("duties/new/", duties.record, name="record_duty"),
    path("duties/<uuid:pk>/", duties.duty, name="duty"),
    path("<uuid:pk>/", views.entry, name="entry"),
    path("<uuid:pk>/rights/", rights, name="rights"),
    path("<uuid:pk>/propose/", proposing.propose, name="propose_for"),
    path("<uuid:pk>/send/", views.send, name="send"),
    path("<uuid:pk>/reviews/", views.timeline, name="timeline"),
    path("<uuid:pk>/compare/", views.compare, name="compare"),
]
