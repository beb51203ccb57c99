"""Officials: the user accounts of the portal."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class OfficialManager(BaseUserManager["Official"]):
    """Creates accounts."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Official":
        """Create an official with a hashed password (or an unusable one)."""
        official = self.model(username=self.model.normalize_username(username), **fields)
        official.set_password(password)
        official.save(using=self._db)
        return official

    def create_superuser(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "Official":
        """Create an account that may use every admin page; it still sees no business data."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class Official(AbstractBaseUser, PermissionsMixin):
    """A person who works with the portal; rights come from the posts held, never from the person."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("There is already an account of this name.")},
    )
    full_name = models.CharField(_("full name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("department"),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=[("zh-hans", "简体中文"), ("en", "English")],
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Switch off instead of deleting: history keeps naming the person."),
    )
    is_staff = models.BooleanField(
        _("may open the administration"),
        default=False,
        help_text=_(
            "Follows from the posts: set for administrators, the competent authority and data stewards."
        ),
    )
    date_joined = models.DateTimeField(_("account created"), auto_now_add=True)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)

    objects = OfficialManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["sort_key", "username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name that pages and the ledger show."""
        return self.full_name

    def get_short_name(self) -> str:
        """Chinese names are not shortened."""
        return self.full_name
