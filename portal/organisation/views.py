"""Pages of the organisation outside the administration."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.errors import Invalid
from portal.organisation import actions
from portal.organisation.forms import FirstPasswordForm


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """An official sets the first password by a link that works once (NotVisible: 404)."""
    official = actions.activate(key=key, token=token)
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_first_password(
                key=key, token=token, password=form.cleaned_data["password"], now=timezone.now()
            )
        except Invalid as error:
            form.add_faults(error)
        else:
            messages.success(request, _("Your password is set. Please sign in."))
            return redirect("account_login")
    return render(request, "account/activate.html", {"form": form, "official": official})
