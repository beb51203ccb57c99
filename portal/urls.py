"""Addresses of the portal; the apps are named as strings, because imports run one way only."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from portal import health, token_pages, views
from portal.organisation.views import activate, department
from portal.sign_in import SignInView
from portal.site import hide_foreign_tables

# The administration has no sign-in page of its own: one door, one lock-out, one second factor.
hide_foreign_tables()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Only what officials need: no sign-up, no e-mail addresses, no password reset by mail.
account_urls: list[URLPattern | URLResolver] = [
    path("sign-in/", SignInView.as_view(), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("activate/<str:key>/<str:token>/", activate, name="activate"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("tokens/", token_pages.mine, name="tokens"),
    path("tokens/<int:pk>/revoke/", token_pages.revoke, name="revoke_token"),
    path("password/", account.password_change, name="account_change_password"),
    path("second-factor/", include("allauth.mfa.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("display/", views.switch_display, name="display"),
    path("language/", views.switch_language, name="set_language"),
    path("help/", views.guide, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("departments/<int:pk>/", department, name="department"),
    path("account/", include(account_urls)),
    path("admin/", admin.site.urls),
    path("", include("catalog.interop.urls")),
    path("catalog/", include("catalog.urls")),
    path("ledger/", include("portal.ledger.urls")),
    path("notices/", include("portal.notices.urls")),
    path("leave/", include("portal.leave.urls")),
    path("api/", include("sharing.api_urls")),
    path("", include("sharing.concern_urls")),
    path("", include("sharing.urls")),
]

handler400 = "portal.error_pages.bad_request"
handler403 = "portal.error_pages.forbidden"
handler404 = "portal.error_pages.not_found"
handler500 = "portal.error_pages.server_error"
