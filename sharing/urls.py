"""Addresses of the pages of sharing."""

from django.urls import URLPattern, URLResolver, path

from sharing.views import apply, cases, data, life, quality

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
    path("data/", data.my_data, name="grants"),
    path("grants/<uuid:pk>/", data.grant, name="grant"),
    path("grants/<uuid:pk>/progress/", data.progress, name="progress"),
    path("grants/<uuid:pk>/pull/", data.pull, name="pull"),
    path("data/<slug:side>/", life.in_use, name="data_in_use"),
    path("grants/<uuid:pk>/steps/<slug:command>/", life.command, name="grant_command"),
    path("grants/<uuid:pk>/usage/", life.register, name="usage"),
    path("grants/<uuid:pk>/usage/export/", life.export, name="usage_export"),
    path("grants/<uuid:pk>/usage/<uuid:record>/", life.correct, name="usage_correct"),
    path("pulls/<uuid:pk>/cancel/", data.cancel, name="cancel_pull"),
    path("deliveries/<uuid:pk>/", data.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/confirm/", data.confirm, name="confirm"),
    path("files/<int:pk>/link/", data.link, name="link"),
    path("download/<str:token>/", data.download, name="download"),
]
