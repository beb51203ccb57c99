"""The official's own REST tokens: list, issue (shown once), revoke."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Invalid, NotAllowed
from portal.organisation import tokens
from portal.organisation.models import ApiToken, Official, Scope
from portal.pages.fields import add_faults


class TokenForm(forms.Form):
    """What a new token is for and how far it reaches."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Which program uses it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for, days"), min_value=1, max_value=tokens.MAX_DAYS, initial=90
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("clear")
def mine(request: HttpRequest) -> HttpResponse:
    """All tokens of the official; a new one is shown on this page and never again."""
    official, now = _official(request), timezone.now()
    form = TokenForm(request.POST or None)
    clear = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, clear = tokens.issue(official=official, now=now, **form.cleaned_data)
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            form.add_error(None, str(error.message))
        else:
            form = TokenForm()
    rows: list[tuple[ApiToken, Any]] = [
        (token, _state(token, now)) for token in official.tokens.order_by("-created_at")[:50]
    ]
    context = {"form": form, "clear": clear, "rows": rows}
    return render(request, "portal/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the official's tokens at once."""
    tokens.revoke(by=_official(request), token_id=pk, now=timezone.now())
    messages.success(request, _("The token is revoked."))
    return redirect("tokens")


def _state(token: ApiToken, now: Any) -> tuple[str, str]:
    if token.revoked_at is not None:
        return "stop", _("revoked")
    if token.expires_at <= now:
        return "", _("expired")
    return "ok", _("in force")


def _official(request: HttpRequest) -> Official:
    if not isinstance(request.user, Official):
        message = "This page is for signed-in officials."
        raise TypeError(message)
    return request.user
