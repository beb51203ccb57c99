"""Addresses of the REST interface."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from catalog.api import EntryListView, EntryView, SuggestionsView
from catalog.api_demands import DemandCommandView, DemandsView, DemandView
from catalog.api_drift import DriftView
from catalog.api_matters import MattersView, MatterView
from catalog.api_quality import QualityView
from catalog.api_reviews import ReviewCommandView, ReviewsView, ReviewView
from catalog.api_saved import FollowView, SavedSearchesView, SavedSearchView
from catalog.api_systems import SystemsView
from sharing.api import (
    applications,
    baskets,
    complaints,
    concerns,
    consent_rules,
    data,
    emergencies,
    grant_life,
    leave,
    many,
    notices,
    organisation,
    oversight,
    policies,
    quality,
    violations,
)

v1: list[URLPattern | URLResolver] = [
    path("me/", organisation.MeView.as_view(), name="me"),
    path("departments/", organisation.DepartmentsView.as_view(), name="departments"),
    path("regions/", organisation.RegionsView.as_view(), name="regions"),
    path("leave/", leave.LeavesView.as_view(), name="leave"),
    path("leave/people/", leave.LeaveOfPeopleView.as_view(), name="leave_of_people"),
    path("leave/candidates/", leave.CandidatesView.as_view(), name="leave_candidates"),
    path("leave/<int:pk>/", leave.LeaveView.as_view(), name="one_leave"),
    path("leave/<int:pk>/end/", leave.EndLeaveView.as_view(), name="end_leave"),
    path("notices/", notices.NoticesView.as_view(), name="notices"),
    path("notices/read/", notices.NoticesReadView.as_view(), name="read_notices"),
    path("notices/<int:pk>/read/", notices.NoticeReadView.as_view(), name="read_notice"),
    path(
        "notices/preferences/",
        notices.NoticePreferencesView.as_view(),
        name="notice_preferences",
    ),
    path("catalog/suggestions/", SuggestionsView.as_view(), name="suggestions"),
    path("saved-searches/", SavedSearchesView.as_view(), name="saved_searches"),
    path("saved-searches/<int:pk>/", SavedSearchView.as_view(), name="saved_search"),
    path("entries/<uuid:pk>/follow/", FollowView.as_view(), name="follow"),
    path("entries/", EntryListView.as_view(), name="entries"),
    path("entries/<uuid:pk>/", EntryView.as_view(), name="entry"),
    path("entries/<uuid:pk>/quality/", QualityView.as_view(), name="entry_quality"),
    path("entries/<uuid:pk>/data-checks/", quality.DataChecksView.as_view(), name="data_checks"),
    path("demands/", DemandsView.as_view(), name="demands"),
    path("demands/<uuid:pk>/", DemandView.as_view(), name="demand"),
    path("demands/<uuid:pk>/commands/", DemandCommandView.as_view(), name="demand_commands"),
    path("matters/", MattersView.as_view(), name="matters"),
    path("matters/<uuid:pk>/", MatterView.as_view(), name="matter"),
    path("systems/", SystemsView.as_view(), name="systems"),
    path("drift/", DriftView.as_view(), name="drift"),
    path("catalog-reviews/", ReviewsView.as_view(), name="catalog_reviews"),
    path("catalog-reviews/<uuid:pk>/", ReviewView.as_view(), name="catalog_review"),
    path(
        "catalog-reviews/<uuid:pk>/commands/",
        ReviewCommandView.as_view(),
        name="catalog_review_commands",
    ),
    path("applications/", applications.ApplicationsView.as_view(), name="applications"),
    path("applications/<uuid:pk>/", applications.ApplicationView.as_view(), name="application"),
    path("applications/<uuid:pk>/plan/", applications.PlanView.as_view(), name="plan"),
    path("applications/<uuid:pk>/submit/", applications.SubmitView.as_view(), name="submit"),
    path("applications/<uuid:pk>/check/", baskets.CheckView.as_view(), name="check"),
    path("applications/<uuid:pk>/items/", baskets.BasketItemsView.as_view(), name="basket_items"),
    path(
        "applications/<uuid:pk>/items/<uuid:item>/",
        baskets.BasketItemView.as_view(),
        name="basket_item",
    ),
    path("applications/<uuid:pk>/files/", baskets.AttachmentsView.as_view(), name="attachments"),
    path("attachments/<uuid:pk>/", baskets.AttachmentView.as_view(), name="attachment"),
    path("matters/<uuid:pk>/basket/", baskets.MatterBasketView.as_view(), name="matter_basket"),
    path("items/<uuid:pk>/", applications.ItemView.as_view(), name="item"),
    path("items/<uuid:pk>/commands/", applications.CommandView.as_view(), name="commands"),
    path("items/<uuid:pk>/emergency/", emergencies.ItemEmergencyView.as_view(), name="emergency"),
    path("emergencies/", emergencies.EmergenciesView.as_view(), name="emergencies"),
    path("policies/", policies.PoliciesView.as_view(), name="policies"),
    path("policies/<int:pk>/", policies.PolicyView.as_view(), name="policy"),
    path("policies/<int:pk>/simulations/", policies.SimulationsView.as_view(), name="simulations"),
    path("simulations/<uuid:pk>/", policies.SimulationView.as_view(), name="simulation"),
    path(
        "simulations/<uuid:pk>/cases/",
        policies.SimulatedCasesView.as_view(),
        name="simulated_cases",
    ),
    path("consent-rules/", consent_rules.ConsentRulesView.as_view(), name="consent_rules"),
    path("consent-rules/<int:pk>/", consent_rules.ConsentRuleView.as_view(), name="consent_rule"),
    path(
        "consent-rules/<int:pk>/stop/",
        consent_rules.StopConsentRuleView.as_view(),
        name="stop_consent_rule",
    ),
    path("inbox/sign-many/", many.SignManyView.as_view(), name="sign_many"),
    path("sign-offs/<uuid:pk>/", many.SignOffView.as_view(), name="sign_off"),
    path("workload/", many.WorkloadView.as_view(), name="workload"),
    path("inbox/", applications.InboxView.as_view(), name="inbox"),
    path("oversight/", oversight.OversightListView.as_view(), name="oversight"),
    path("oversight/<uuid:pk>/", oversight.OversightView.as_view(), name="oversight_case"),
    path(
        "oversight/<uuid:pk>/commands/",
        violations.OversightOrderView.as_view(),
        name="oversight_commands",
    ),
    path("complaints/", complaints.ComplaintsView.as_view(), name="complaints"),
    path("complaints/<uuid:pk>/", complaints.ComplaintView.as_view(), name="complaint"),
    path(
        "complaints/<uuid:pk>/commands/",
        complaints.ComplaintOrderView.as_view(),
        name="complaint_commands",
    ),
    path("grants/", data.GrantsView.as_view(), name="grants"),
    path("grants/<uuid:pk>/", data.GrantView.as_view(), name="grant"),
    path("grants/<uuid:pk>/suspend/", data.GrantStepView.as_view(step="suspend"), name="suspend"),
    path("grants/<uuid:pk>/resume/", data.GrantStepView.as_view(step="resume"), name="resume"),
    path(
        "grants/<uuid:pk>/terminate/",
        data.GrantStepView.as_view(step="terminate"),
        name="terminate",
    ),
    path("grants/<uuid:pk>/life/", grant_life.GrantLifeView.as_view(), name="grant_life"),
    path(
        "grants/<uuid:pk>/commands/",
        grant_life.GrantCommandView.as_view(),
        name="grant_commands",
    ),
    path("grants/<uuid:pk>/usage/", grant_life.UsageView.as_view(), name="usage"),
    path("grants/<uuid:pk>/pulls/", data.GrantPullsView.as_view(), name="grant_pulls"),
    path("pulls/<uuid:pk>/", data.PullView.as_view(), name="pull"),
    path("corrections/", concerns.CorrectionsView.as_view(), name="corrections"),
    path("objections/", concerns.ObjectionsView.as_view(), name="objections"),
    path("disputes/", concerns.DisputesView.as_view(), name="disputes"),
    path("concerns/<uuid:pk>/", concerns.ConcernView.as_view(), name="concern"),
    path(
        "concerns/<uuid:pk>/commands/", concerns.ConcernOrderView.as_view(), name="concern_commands"
    ),
    path("deliveries/", data.DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/<uuid:pk>/", data.DeliveryView.as_view(), name="delivery"),
    path("files/<int:pk>/link/", data.FileLinkView.as_view(), name="link"),
    path("download/<str:token>/", data.DownloadView.as_view(), name="download"),
]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
