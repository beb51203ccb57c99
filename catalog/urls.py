"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from catalog import views
from catalog.views import collecting, demands, exchange, exchange_files, lists, matters, numbering

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.entry_list, name="list"),
    path("systems/", views.systems, name="systems"),
    path("systems/<uuid:pk>/", views.system, name="system"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/send/", views.send_many, name="send_many"),
    path("demands/", demands.demand_list, name="demands"),
    path("demands/new/", demands.demand_new, name="demand_new"),
    path("demands/<uuid:pk>/", demands.demand, name="demand"),
    path("lists/", lists.lists_home, name="lists_home"),
    path("lists/<str:kind>/", lists.three_lists, name="lists"),
    path("lists/<str:kind>/list.xlsx", lists.list_file, name="list_file"),
    path("collecting/", collecting.collecting, name="collecting"),
    path("collecting/<uuid:pk>/", collecting.collection, name="collection"),
    path("matters/", matters.matters, name="matters"),
    path("matters/<uuid:pk>/", matters.matter, name="matter"),
    path("codes/", numbering.codes, name="codes"),
    path("reviews/", views.review_list, name="reviews"),
    path("reviews/decide/", views.review_many, name="review_many"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("suggest/codes/", views.code_options, name="code_options"),
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
    path("<uuid:pk>/", views.entry, name="entry"),
    path("<uuid:pk>/send/", views.send, name="send"),
    path("<uuid:pk>/reviews/", views.timeline, name="timeline"),
    path("<uuid:pk>/compare/", views.compare, name="compare"),
]
