"""Addresses of the pages of corrections, objections, disputes and complaints."""

from django.urls import URLPattern, URLResolver, path

from sharing.views import complaints, concerns, raising

app_name = "concerns"
urlpatterns: list[URLPattern | URLResolver] = [
    path("concerns/", concerns.desk, name="desk"),
    path("concerns/statistics/", concerns.statistics, name="statistics"),
    path("concerns/object/", raising.object_otherwise, name="object"),
    path("concerns/take-in/", complaints.take_in, name="take_in"),
    path("concerns/<uuid:pk>/", concerns.concern, name="concern"),
    path("concerns/<uuid:pk>/find-row/", concerns.find_row, name="find_row"),
    path("concerns/<uuid:pk>/contact/", concerns.contact, name="contact"),
    path("concerns/<uuid:pk>/dispute/", raising.dispute_concern, name="dispute_concern"),
    path("catalog/<uuid:pk>/report/", raising.report, name="report"),
    path("catalog/<uuid:pk>/object/", raising.object_to_entry, name="object_to_entry"),
    path("items/<uuid:pk>/object/", raising.object_to_item, name="object_to_item"),
    path("items/<uuid:pk>/dispute/", raising.dispute_item, name="dispute_item"),
    path("grants/<uuid:pk>/object/", raising.object_to_use, name="object_to_use"),
    path("grants/<uuid:pk>/dispute/", raising.dispute_grant, name="dispute_grant"),
    path("complaints/", complaints.public_form, name="complain"),
    path("complaints/received/", complaints.received, name="complaint_received"),
    path("complaints/status/", complaints.status, name="complaint_status"),
]
