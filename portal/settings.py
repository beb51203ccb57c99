"""Settings of the portal; every value that differs between places comes from the environment."""

from datetime import timedelta

import django_stubs_ext
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from portal import embedded
from portal.env import (
    BASE_DIR,
    EMBEDDED,
    VAR_DIR,
    broker_url,
    cache_url,
    database_config,
    env,
    secret,
)
from portal.schedule import SCHEDULE

django_stubs_ext.monkeypatch()

# --- the place -----------------------------------------------------------------------------
SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
"""Served over TLS. Off only for the embedded single-machine start on the loopback address."""

SERVICES = embedded.addresses(VAR_DIR)
_database = database_config(env.str("DATABASE_URL", default="") or SERVICES.database_url)
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            **_database.get("OPTIONS", {}),
        },
    }
}
_redis = env.str("REDIS_URL", default="") or SERVICES.redis_url
REDIS_URL, BROKER_URL = cache_url(_redis), broker_url(_redis)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications --------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "guardian",
    "tree_queries",
    "import_export",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "csp",
    "portal",
    "portal.organisation",
    "portal.worktime",
    "portal.ledger",
    "portal.notices",
    "catalog",
    "sharing",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.LanguageMiddleware",
    "portal.middleware.SessionLimitMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.error_pages.DomainErrorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.ContentPolicyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
            ],
        },
    }
]

# --- identity ------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisation.Official"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.organisation.access.ClosedSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "portal.sign_in.SignInForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # a closed browser is a signed-out one
# Wrong passwords are counted by axes, for the security administrator to see; wrong codes of the
# second factor here. A whole office may sign in from one address, so that is no limit.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "GovShare"

AXES_FAILURE_LIMIT = env.int("LOCKOUT_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOCKOUT_MINUTES", default=30))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_USERNAME_CALLABLE = "portal.sign_in.name_tried"
AXES_ENABLE_ADMIN = True
AXES_VERBOSE = False

ANONYMOUS_USER_NAME = None  # guardian's anonymous account would open objects to the public
GUARDIAN_RAISE_403 = True

# --- sessions and transport ----------------------------------------------------------------
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_SAVE_EVERY_REQUEST = True  # an idle limit counts from the last request
SESSION_ABSOLUTE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP
CSRF_FAILURE_VIEW = "portal.error_pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Unfold evaluates its attributes in the browser and writes style attributes: the admin only.
ADMIN_CSP_UPDATE = {"script-src": [UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [UNSAFE_INLINE]}

# --- language and time ---------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("TZ_NAME", default="Asia/Shanghai")

# --- files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "portal" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
DELIVERY_ROOT = VAR_DIR / "deliveries"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = (
    5_000  # a table of 300 columns with ten cells each is edited at once
)

# --- background work -----------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", default=6 * 3600)
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_000_000  # KiB
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 5,
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 600,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = SCHEDULE
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "govshare",
    }
}

# --- REST ----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api_defaults.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api_defaults.SignedIn"],
    "DEFAULT_PAGINATION_CLASS": "portal.api_defaults.CursorPage",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.exception_handler",
    "PAGE_SIZE": 20,
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_FORMATTER_CLASS": "portal.api.ProblemFormatter"}
SPECTACULAR_SETTINGS = {
    "TITLE": "GovShare 政务数据共享门户",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["portal.api_defaults.SignedIn"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ModeEnum": "catalog.models.Mode",
        "GrantStatusEnum": "sharing.models.GrantStatus",
        "PullStatusEnum": "sharing.models.Pull.Status",
        "ItemStatusEnum": "sharing.models.ApplicationItem.Status",
        "StageStatusEnum": "sharing.models.ItemStage.Status",
        "ReviewStatusEnum": "catalog.models.ReviewStatus",
        "DemandStatusEnum": "catalog.models.DemandStatus",
        "RefusalTypeEnum": "catalog.models.RefusalType",
        "MatterKindEnum": "catalog.models.MatterKind",
        "MatterStateEnum": "catalog.models.MatterState",
        "SystemStateEnum": "catalog.models.SystemState",
        "ConcernKindEnum": "sharing.models.ConcernKind",
        "ConcernStatusEnum": "sharing.models.ConcernStatus",
        "ConcernSubjectEnum": "sharing.models.Subject",
        "OversightKindEnum": "sharing.models.OversightItem.Kind",
        "OversightStatusEnum": "sharing.models.OversightItem.Status",
        "PolicyStatusEnum": "sharing.models.PolicyStatus",
        "SimulationStatusEnum": "sharing.models.PolicySimulation.Status",
        "ConsentRuleKindEnum": "sharing.models.ConsentRuleKind",
        "LeaveKindEnum": "portal.organisation.models.LeaveKind",
        "LeaveStateEnum": "portal.leave.rules.Standing",
    },
}

# --- admin ---------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": _("GovShare administration"),
    "SITE_HEADER": _("GovShare"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["portal.site.stylesheet"],
    "SIDEBAR": {"show_search": True, "navigation": "portal.site.navigation"},
    "COLORS": {
        "primary": {
            "50": "239 245 252",
            "100": "219 232 247",
            "200": "186 211 239",
            "300": "143 182 226",
            "400": "92 145 208",
            "500": "51 111 184",
            "600": "31 86 168",
            "700": "26 70 138",
            "800": "22 57 112",
            "900": "18 45 89",
            "950": "11 29 58",
        }
    },
}
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True

# --- letters and webhooks ------------------------------------------------------------------
EMAIL_HOST = env.str("SMTP_HOST", default="")
EMAIL_PORT = env.int("SMTP_PORT", default=25)
EMAIL_HOST_USER = env.str("SMTP_USER", default="")
EMAIL_HOST_PASSWORD = env.str("SMTP_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("SMTP_STARTTLS", default=False)
EMAIL_USE_SSL = env.bool("SMTP_TLS", default=False)
EMAIL_TIMEOUT = env.int("SMTP_TIMEOUT_SECONDS", default=10)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="govshare@localhost")
SEND_MAIL = bool(EMAIL_HOST)
"""Letters leave the portal only where a mail server is named."""
PORTAL_ADDRESS = env.str("PORTAL_ADDRESS", default="http://127.0.0.1:8000")
"""Where officials open the portal: the beginning of links in letters and webhooks."""
NOTICE_HOSTS = env.list("NOTICE_HOSTS", default=[])
"""host, host:port or network a webhook may have; nothing is allowed unless it is named."""
NOTICE_TIMEOUT_SECONDS = env.float("NOTICE_TIMEOUT_SECONDS", default=10.0)
"""How long one call of a webhook may take in all."""
NOTICE_ATTEMPTS = env.int("NOTICE_ATTEMPTS", default=8)
"""How often a letter or webhook is tried, over about two hours, before it is given up."""

# --- this portal ---------------------------------------------------------------------------
PORTAL_NAME = env.str("PORTAL_NAME", default="")
PORTAL_SUPPORT = env.str("PORTAL_SUPPORT", default="")
"""Whom to ask for help, as it stands at the foot of every page."""
PORTAL_REGION = env.str("PORTAL_REGION", default="320000")
"""Region code (GB/T 2260) of the authority that runs this portal."""
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or [secret("FIELD_KEY")]
"""Keys that encrypt source credentials; the first encrypts, the others still decrypt."""
SIGNING_KEY = secret("SIGNING_KEY")
"""Seed of the Ed25519 key that signs checkpoints and manifests."""
INTAKE_MAX_MB = env.int("INTAKE_MAX_MB", default=40)
"""How large a file a department may upload to bring in its catalog."""
ATTACHMENT_MAX_MB = env.int("ATTACHMENT_MAX_MB", default=20)
"""How large one file of an application may be."""
ATTACHMENTS_MAX = env.int("ATTACHMENTS_MAX", default=10)
"""How many files an application may have."""
BASKET_MAX = env.int("BASKET_MAX", default=30)
"""How many entries one application may ask for."""
RESOURCE_CODE_RULE = env.str("RESOURCE_CODE_RULE", default="guide-2017")
USE_PERIOD_YEARS = env.int("USE_PERIOD_YEARS", default=3)
"""The longest period of use an application may ask for."""
GRANT_RENEWAL_DAYS = env.int("GRANT_RENEWAL_DAYS", default=90)
"""A renewal can be asked for within so many days before the end of a grant."""
GRANT_RECTIFY_DAYS = env.int("GRANT_RECTIFY_DAYS", default=10)
"""Working days proposed for putting misuse right; whoever suspends may set another day."""
GRANT_DISPOSAL_DAYS = env.int("GRANT_DISPOSAL_DAYS", default=None)
"""Working days after the end of a grant for disposing of its data; the Decree sets none."""
USAGE_REMINDER_DAYS = env.int("USAGE_REMINDER_DAYS", default=90)
"""After so many days without a record of use the recipient is reminded (article 29)."""
USAGE_RETENTION_YEARS = env.int("USAGE_RETENTION_YEARS", default=None)
"""How long records of use are kept after the end of a grant: at least 3 years; empty: for ever."""
CORRECTION_REACH_DAYS = env.int("CORRECTION_REACH_DAYS", default=1_096)
"""How long after the end of a grant its holder is still told of corrections of the data."""
COMPLAINT_CONTACT_DAYS = env.int("COMPLAINT_CONTACT_DAYS", default=180)
"""How long after its end the contact of a complaint is kept before it is erased."""
COMPLAINTS_PER_HOUR = env.int("COMPLAINTS_PER_HOUR", default=5)
"""How many complaints one address may send without a sign-in."""
COMPLAINT_LOOKUPS_PER_HOUR = env.int("COMPLAINT_LOOKUPS_PER_HOUR", default=30)
"""How often one address may ask for the state of a complaint."""
DOWNLOAD_LINK_SECONDS = env.int("DOWNLOAD_LINK_SECONDS", default=300)
PULL_LEASE_SECONDS = env.int("PULL_LEASE_SECONDS", default=30)
PULL_ATTEMPTS = env.int("PULL_ATTEMPTS", default=3)
PULL_BATCH_ROWS = env.int("PULL_BATCH_ROWS", default=20_000)
HARVEST_HOSTS = env.list("HARVEST_HOSTS", default=[])
"""host, host:port or network a harvested catalog may have; nothing is allowed unless it is named."""
HARVEST_MAX_MB = env.int("HARVEST_MAX_MB", default=24)
"""The largest answer of a harvested catalog, unpacked."""
HARVEST_MAX_PAGES = env.int("HARVEST_MAX_PAGES", default=5_000)
HARVEST_PAUSE_SECONDS = env.float("HARVEST_PAUSE_SECONDS", default=0.5)
"""How long to wait between two questions to the same catalog."""
HARVEST_TIMEOUT_SECONDS = env.float("HARVEST_TIMEOUT_SECONDS", default=30.0)
"""How long a harvested catalog may be silent; a whole answer may take four times as long."""
SOURCE_HOSTS = env.list("SOURCE_HOSTS", default=[])
"""host or host:port a source database may have; the embedded socket directory is always allowed."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "portal.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
