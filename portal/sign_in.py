"""Signing in: allauth's form and view in the portal's words, under the lock-out of axes."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The account somebody tries to sign in to, for axes.

    Before the attempt it is known from the form only, afterwards from the credentials that failed;
    both must give the same name, or failures are counted for nobody.
    """
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(name).strip()


class SignInForm(LoginForm):  # type: ignore[misc]
    """Account and password; the second factor has a page of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Account")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignInView(LoginView):  # type: ignore[misc]
    """Refuses an account and address that failed too often, before and after looking at the form."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say the limits before somebody runs into them."""
        limits = {
            "failures": settings.AXES_FAILURE_LIMIT,
            "lock_minutes": int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60,
            "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        }
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"limits": limits}
