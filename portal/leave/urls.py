"""Addresses of the pages about leave."""

from django.urls import path

from portal.leave import views

app_name = "leave"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("people/", views.people, name="board"),
    path("<int:pk>/end/", views.end, name="end"),
]
