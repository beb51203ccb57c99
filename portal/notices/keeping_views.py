"""Pages of who keeps the channels: texts, webhooks, messages that were given up."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, PortalError
from portal.notices import access, keeping, kinds, outside, reasons, wording
from portal.notices.forms import TextForm, WebhookForm
from portal.notices.models import MailText, Message, Webhook
from portal.notices.views import ids_in, reader_of
from portal.organisation.models import Official
from portal.pages import dates
from portal.pages.fields import add_faults

PAGE_SIZE = 50


def _keeper(request: HttpRequest) -> Official:
    return access.keeper(reader_of(request), timezone.localdate())


# --- texts ---------------------------------------------------------------------------------


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """All kinds, with the languages whose text was changed."""
    _keeper(request)
    newest = (
        MailText.objects.filter(kind=OuterRef("kind"), language=OuterRef("language"))
        .order_by("-version")
        .values("pk")[:1]
    )
    own = MailText.objects.filter(pk=Subquery(newest), shipped=False)
    changed = set(own.values_list("kind", "language"))
    rows = [
        {
            "kind": kind,
            "about": kinds.groups_label(kind),
            "text": outside.sentence_of(kind, {}),
            "languages": [
                (code, name, (kind, code) in changed) for code, name in settings.LANGUAGES
            ],
        }
        for kind in kinds.known()
    ]
    return render(request, "notices/texts.html", {"rows": rows, "keeper": True})


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """One text: look at it, change it, go back to the shipped one."""
    keeper = _keeper(request)
    wording.check_exists(kind, language)
    present = wording.in_force(kind, language)
    start = {"subject": present.subject, "body": present.body, "seen": present.version}
    form = TextForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            if _change_text(request, keeper, form, kind, language):
                return redirect("notices:text", kind, language)
        except Invalid as error:
            add_faults(form, error)
        except PortalError as error:
            form.add_error(None, f"{error.message} {error.remedy}")
    entered = form.cleaned_data if form.is_bound and not form.errors else start
    sample = wording.preview(
        kind, language, str(entered["subject"]), str(entered["body"]),
        when=_today_in(language),
    )  # fmt: skip
    versions = MailText.objects.filter(kind=kind, language=language).select_related("changed_by")
    context = {
        "form": form, "kind": kind, "language": dict(settings.LANGUAGES)[language],
        "present": present, "sample": None if form.errors else sample,
        "about": kinds.groups_label(kind), "inside": outside.sentence_of(kind, {}),
        "places": [f"%({name})s" for name in wording.allowed_places(kind)],
        "versions": versions.order_by("-version")[:20], "keeper": True,
    }  # fmt: skip
    return render(request, "notices/text.html", context, status=422 if form.errors else 200)


def _change_text(
    request: HttpRequest, keeper: Official, form: TextForm, kind: str, language: str
) -> bool:
    """Do what the button says; False when it was only a preview."""
    data, now = form.cleaned_data, timezone.now()
    if "reset" in request.POST:
        wording.reset_text(by=keeper, kind=kind, language=language, seen=data["seen"], now=now)
        messages.success(request, _("The shipped text counts again."))
        return True
    if "preview" in request.POST:
        if faults := wording.faults_of(kind, data["subject"], data["body"]):
            raise Invalid(_("The text cannot be used yet."), faults)
        return False
    wording.save_text(by=keeper, kind=kind, language=language, now=now, **data)
    messages.success(request, _("The text counts from now on."))
    return True


def _today_in(language: str) -> str:
    with translation.override(language):
        return dates.full_day(timezone.localdate())


# --- webhooks ------------------------------------------------------------------------------


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """All webhooks, with how they do."""
    _keeper(request)
    rows = (
        Webhook.objects.select_related("department")
        .annotate(
            sent_at=Max("messages__closed_at", filter=Q(messages__status=Message.Status.SENT)),
            dead=Count("messages", filter=Q(messages__status=Message.Status.DEAD)),
            waiting=Count("messages", filter=Q(messages__status=Message.Status.WAITING)),
        )
        .order_by("department__name", "name")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "hosts": settings.NOTICE_HOSTS, "keeper": True}
    return render(request, "notices/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def webhook_new(request: HttpRequest) -> HttpResponse:
    """Add a webhook; its secret is shown on the answer and never again."""
    keeper = _keeper(request)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hook, secret = keeping.create_webhook(
                by=keeper, webhook=form.instance, now=timezone.now()
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            return _shown(request, hook, secret)
    return _webhook_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a webhook."""
    keeper, hook = (
        reader_of(request),
        access.get_webhook(reader_of(request), pk, timezone.localdate()),
    )
    form = WebhookForm(request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.change_webhook(by=keeper, webhook=form.instance, now=timezone.now())
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The webhook is changed."))
            return redirect("notices:webhooks")
    return _webhook_page(request, form, hook)


@require_POST
@sensitive_variables("secret")
def webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown once."""
    hook = access.get_webhook(reader_of(request), pk, timezone.localdate())
    secret = keeping.renew_secret(by=reader_of(request), webhook=hook, now=timezone.now())
    hook.refresh_from_db()
    return _shown(request, hook, secret)


def _webhook_page(request: HttpRequest, form: WebhookForm, hook: Webhook | None) -> HttpResponse:
    context = {"form": form, "hook": hook, "keeper": True}
    return render(request, "notices/webhook.html", context, status=422 if form.errors else 200)


@sensitive_variables("secret")
def _shown(request: HttpRequest, hook: Webhook, secret: str) -> HttpResponse:
    context = {"hook": hook, "secret": secret, "keeper": True}
    return render(request, "notices/secret.html", context)


# --- messages that were given up -----------------------------------------------------------


@require_safe
def given_up(request: HttpRequest) -> HttpResponse:
    """Messages that were given up, and why."""
    _keeper(request)
    page = Paginator(access.given_up(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [
        {"message": row, "about": _about(row), "words": reasons.words_of(row.reason)}
        for row in page.object_list
    ]
    return render(
        request, "notices/given_up.html", {"page_obj": page, "rows": rows, "keeper": True}
    )


def _about(row: Message) -> str:
    if row.channel == Message.Channel.WEBHOOK:
        return outside.sentence_of(row.kind, row.params)
    count = row.letters.count()
    return ngettext("%(count)s notice", "%(count)s notices", count) % {"count": count}


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Send the ticked messages again, or discard them."""
    keeper, ids, now = _keeper(request), ids_in(request, "message"), timezone.now()
    if not ids:
        messages.error(request, _("Nothing is ticked."))
        return redirect("notices:given_up")
    try:
        if request.POST.get("do") == "discard":
            count = keeping.discard(by=keeper, ids=ids, now=now)
            text_ = ngettext("%(count)s message discarded.", "%(count)s messages discarded.", count)
        else:
            count = keeping.resend(by=keeper, ids=ids, now=now)
            text_ = ngettext(
                "%(count)s message is sent again.", "%(count)s messages are sent again.", count
            )
        messages.success(request, text_ % {"count": count})
    except PortalError as error:
        messages.error(request, f"{error.message} {error.remedy}")
    return redirect("notices:given_up")
