"""Posts and substitutions: on pages of their own and on the page of the official."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from portal.leave import actions as leave
from portal.organisation import actions
from portal.organisation.admin.base import PortalAdmin, PortalInline, by
from portal.organisation.admin.confirming import Question, ask
from portal.organisation.admin.marks import button, column
from portal.organisation.models import Official, Post, Substitution
from portal.pages.objects import chosen, has


class PostForm(forms.ModelForm[Post]):
    """A new post, or the end of one: what a post was is history."""

    class Meta:
        model = Post
        fields = ("official", "department", "role", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name, field in self.fields.items():
                field.disabled = name not in {"valid_until", "id"}


def save_post(request: HttpRequest, post: Post, *, change: bool) -> None:
    """Appoint, or set the end of a post."""
    now = timezone.now()
    if change:
        actions.relieve(by=by(request), post=post, until=post.valid_until, now=now)
    else:
        actions.appoint(by=by(request), post=post, now=now)


class PostInline(PortalInline):
    """The official's posts."""

    model = Post
    form = PostForm
    fields = ("department", "role", "valid_from", "valid_until")
    autocomplete_fields = ("department",)
    ordering = ("-valid_from",)
    verbose_name_plural = _("Posts")


class SubstitutionInline(PortalInline):
    """Who stands in for the official."""

    model = Substitution
    fk_name = "principal"
    fields = ("substitute", "valid_from", "valid_until", "kind", "reason", "revoked_at")
    readonly_fields = ("revoked_at",)
    autocomplete_fields = ("substitute",)
    verbose_name_plural = _("Substitutes")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A substitution is made or revoked, not changed."""
        del request, obj
        return False


@admin.register(Post)
class PostAdmin(PortalAdmin):
    """All posts; given by the security administrator."""

    form = PostForm
    list_display = ("official", "department", "role", "valid_from", "valid_until", "in_force")
    list_filter = (
        ("role", ChoicesDropdownFilter),
        ("department", AutocompleteSelectFilter),
    )
    search_fields = ("official__full_name", "official__username", "department__name")
    autocomplete_fields = ("official", "department")
    list_select_related = ("official", "department")

    @column(_("in force"), boolean=True)
    def in_force(self, post: Post) -> bool:
        """Whether the post can be acted in today."""
        today = timezone.localdate()
        return (
            post.official.is_active
            and post.valid_from <= today
            and (post.valid_until is None or post.valid_until >= today)
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: Post,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form
        save_post(request, obj, change=change)


@admin.register(Substitution)
class SubstitutionAdmin(PortalAdmin):
    """All substitutions."""

    list_display = (
        "principal", "substitute", "valid_from", "valid_until", "kind", "arranged_by", "revoked_at",
    )  # fmt: skip
    search_fields = ("principal__full_name", "substitute__full_name")
    autocomplete_fields = ("principal", "substitute")
    list_select_related = ("principal", "substitute", "arranged_by")
    fields = (
        "principal", "substitute", "valid_from", "valid_until", "kind", "reason", "revoked_at",
    )  # fmt: skip
    readonly_fields = ("revoked_at",)
    actions_detail = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A substitution is made or revoked, not changed."""
        del request, obj
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever makes substitutions ends them, while they can end."""
        if not self.has_add_permission(request):
            return False
        return not object_id or has(self.model.objects.filter(revoked_at=None), object_id)

    def save_model(
        self,
        request: HttpRequest,
        obj: Substitution,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        leave.arrange(by=by(request), row=obj, now=timezone.now())

    @button(_("End early"), permission="revoke", icon="event_busy")
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End it at once."""
        substitution = chosen(Substitution.objects.all(), object_id)
        question = Question(
            title=_("End the substitution"),
            explanation=_(
                "The substitute loses these rights at once; what was decided stays decided."
            ),
            submit=_("End now"),
            done=_("The substitution has ended."),
        )
        return ask(
            self, request, substitution, question,
            lambda _data: leave.end_early(
                by=by(request), row=substitution, now=timezone.now()
            ),
        )  # fmt: skip


def save_inline(request: HttpRequest, formset: Any) -> None:
    """Save the posts and substitutes entered on an official's page."""
    for row in formset.save(commit=False):
        if isinstance(row, Post):
            save_post(request, row, change=row.pk is not None)
        elif isinstance(row, Substitution):
            leave.arrange(by=by(request), row=row, now=timezone.now())


def posts_in_force() -> models.Prefetch[Any]:
    """What the list of officials shows of each."""
    held = Post.objects.held_on(timezone.localdate()).select_related("department")
    return models.Prefetch("posts", held, to_attr="posts_shown")


def posts_line(official: Official) -> str:
    """The posts that ``posts_in_force`` fetched; the department only where it is another one."""
    shown: list[Post] = getattr(official, "posts_shown", [])
    return "；".join(
        post.get_role_display()
        if post.department_id == official.department_id
        else f"{post.department} {post.get_role_display()}"
        for post in shown
    )
