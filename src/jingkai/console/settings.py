"""Django's settings, read from the workspace that `JINGKAI_WORKSPACE` names (else the current folder's)."""

from __future__ import annotations

import os
from pathlib import Path

from jingkai.console.database import database
from jingkai.console.identity import providers
from jingkai.console.secret import secret_key
from jingkai.workspace import ConsoleSettings, Workspace

_HERE = Path(__file__).parent
WORKSPACE = Workspace.find(Path(os.environ.get("JINGKAI_WORKSPACE", ".")))
_CONSOLE = WORKSPACE.settings.console or ConsoleSettings()
_HOSTS = [h for h in os.environ.get("JINGKAI_HOSTS", "").split(",") if h]

DEBUG = False
SECRET_KEY = secret_key(WORKSPACE.path)
DATABASES = {
    "default": database(
        WORKSPACE.path, os.environ.get("JINGKAI_DATABASE_URL", "") or _CONSOLE.database
    )
}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_CONSOLE.hosts, *_HOSTS]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "jingkai.console.urls"
WSGI_APPLICATION = "jingkai.console.wsgi.application"
AUTH_USER_MODEL = "console.Account"

INSTALLED_APPS = [
    "jingkai.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jingkai.console.middleware.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jingkai.console.middleware.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "jingkai.console.middleware.bodies.BodiesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jingkai.console.middleware.token.TokenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jingkai.console.middleware.failures.FailuresMiddleware",
    "jingkai.console.middleware.permission.PermissionMiddleware",
    "jingkai.console.middleware.kept_pages.KeptPagesMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jingkai.console.context.site",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "static"]
WHITENOISE_USE_FINDERS = True  # files are served out of the package: nothing to collect
WHITENOISE_MAX_AGE = 3600

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- accounts

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "jingkai.console.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login_failed": None
}  # axes counts, in the database that all processes share
ALLAUTH_TRUSTED_PROXY_COUNT = _CONSOLE.proxies
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "jingkai"
SOCIALACCOUNT_ADAPTER = "jingkai.console.outer_sign_in.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = providers(WORKSPACE.path, _CONSOLE.oidc)
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: the content policy lets no form lead to another host
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
OIDC_CLAIM = _CONSOLE.oidc.claim if _CONSOLE.oidc else ""
OIDC_NAME = _CONSOLE.oidc.name if _CONSOLE.oidc else ""
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "jingkai.console.adapter.tried_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "console/locked.html"
AXES_IPWARE_PROXY_COUNT = _CONSOLE.proxies or None
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True

# --- personal data

MASK_SOLE_TRADERS = _CONSOLE.mask_sole_traders
RETENTION = _CONSOLE.retention

# --- what all processes share

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "console_cache",
    }
    if "postgresql" in DATABASES["default"]["ENGINE"]
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Rendered parts of pages that say the same until data change; every process its own.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

# --- long work

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- sessions, cookies, what a browser is told

SESSION_COOKIE_AGE = 30 * 60  # since the last request
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "jingkai.console.failure_pages.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _CONSOLE.https
SECURE_HSTS_SECONDS = 365 * 86400 if _CONSOLE.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _CONSOLE.proxies else None
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in _CONSOLE.hosts] if _CONSOLE.https else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # beside files, whose sizes middleware/bodies.py limits
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # three a column of a register that is mapped
DATA_UPLOAD_MAX_NUMBER_FILES = 5

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
