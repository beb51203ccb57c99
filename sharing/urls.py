"""Addresses of the pages of sharing."""

from django.urls import URLPattern, URLResolver, path

from sharing.views import apply, cases, data, feeds, oversight, quality

app_name = "sharing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalog/<uuid:pk>/apply/", apply.start, name="apply"),
    path("catalog/<uuid:pk>/checks/", quality.data_checks, name="data_checks"),
    path("catalog/<uuid:pk>/checks/progress/", quality.progress, name="data_check_progress"),
    path("catalog/<uuid:pk>/checks/run/", quality.run, name="run_data_check"),
    path("data-rules/<int:pk>/", quality.rule, name="data_rule"),
    path("data-rules/<int:pk>/rows/", quality.rows, name="failing_rows"),
    path("applications/", cases.applications, name="applications"),
    path("applications/<uuid:pk>/", cases.application, name="application"),
    path("applications/<uuid:pk>/tasks/", apply.tasks, name="tasks"),
    path("applications/<uuid:pk>/purpose/", apply.purpose, name="purpose"),
    path("applications/<uuid:pk>/items/", apply.items, name="items"),
    path("applications/<uuid:pk>/use/", apply.use, name="use"),
    path("applications/<uuid:pk>/check/", apply.check, name="application_check"),
    path("applications/<uuid:pk>/submitted/", apply.submitted, name="submitted"),
    path("applications/<uuid:pk>/discard/", apply.discard, name="discard"),
    path("applications/<uuid:pk>/copy/", apply.copy, name="copy"),
    path("applications/<uuid:pk>/supplement/", cases.supplement, name="supplement"),
    path("inbox/", cases.inbox, name="inbox"),
    path("inbox/<uuid:pk>/", cases.review, name="review"),
    path("oversight/", oversight.desk, name="oversight"),
    path("oversight/<uuid:pk>/", oversight.case, name="oversight_case"),
    path("calendars/", feeds.mine, name="feeds"),
    path("calendars/<int:pk>/revoke/", feeds.revoke, name="revoke_feed"),
    path("calendars/<str:token>.ics", feeds.calendar, name="calendar"),
    path("data/", data.my_data, name="grants"),
    path("grants/<uuid:pk>/", data.grant, name="grant"),
    path("grants/<uuid:pk>/progress/", data.progress, name="progress"),
    path("grants/<uuid:pk>/pull/", data.pull, name="pull"),
    path("grants/<uuid:pk>/suspend/", data.stop, {"step": "suspend"}, name="suspend"),
    path("grants/<uuid:pk>/resume/", data.stop, {"step": "resume"}, name="resume"),
    path("grants/<uuid:pk>/terminate/", data.stop, {"step": "terminate"}, name="terminate"),
    path("pulls/<uuid:pk>/cancel/", data.cancel, name="cancel_pull"),
    path("deliveries/<uuid:pk>/", data.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/confirm/", data.confirm, name="confirm"),
    path("files/<int:pk>/link/", data.link, name="link"),
    path("download/<str:token>/", data.download, name="download"),
]
