"""Settings of the whole site, grouped by subject; every value from outside comes through env.py."""

import sys
from pathlib import Path
from typing import Any

from webapp import csp, databases, env, logs, mail, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

# The house
DEBUG = env.flag("SAFELIGHT_DEBUG", False)
DATA = Path(env.text("SAFELIGHT_DATA", str(BASE_DIR / "var"))).resolve()
BIND = env.text("SAFELIGHT_BIND", "127.0.0.1")
PORT = env.integer("PORT", 8000, low=0, high=65535)
PROCESSES = env.integer("WEB_CONCURRENCY", 1, low=1)  # as process managers announce it
SECRET_KEY = env.secret("SAFELIGHT_SECRET_KEY") or secret_key.kept_in(DATA)
MANIFEST_KEY = env.secret("SAFELIGHT_MANIFEST_KEY") or secret_key.kept_in(DATA, "manifest_key")
AUDIT_KEY = env.secret("SAFELIGHT_AUDIT_KEY") or secret_key.kept_in(DATA, "audit_key")
EVIDENCE_KEY = env.secret("SAFELIGHT_EVIDENCE_KEY") or secret_key.kept_in(DATA, "evidence_key")
EVIDENCE_DAYS = env.integer("SAFELIGHT_EVIDENCE_DAYS", 365, low=1, high=3650)
AUDIT_HEAD = Path(env.text("SAFELIGHT_AUDIT_HEAD", str(DATA / "audit_head")))
SITE_NAME = "Safelight"

# Addresses
ALLOWED_HOSTS = env.names("SAFELIGHT_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("SAFELIGHT_ORIGINS")
MEDIA_ORIGIN = env.text("SAFELIGHT_MEDIA_ORIGIN")
API_ORIGIN = env.text("SAFELIGHT_API_ORIGIN").lower().rstrip("/")
PROXY_TLS = env.flag("SAFELIGHT_TLS", False)  # a proxy in front speaks it: the server itself does not
LOCAL_TLS = env.flag("SAFELIGHT_LOCAL_TLS", False)  # the server speaks it, by an authority of its own
TLS = PROXY_TLS or LOCAL_TLS
TRUSTED_PROXIES = env.integer("SAFELIGHT_TRUSTED_PROXIES", 1 if PROXY_TLS else 0, high=8)

INSTALLED_APPS = [
    "daphne",
    "accounts",  # before Django's own: its commands for staff record what they do
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "generations",
    "webapp",
]

MIDDLEWARE = [
    "webapp.middleware.security_headers",
    "generations.views.media.media_host_alone",
    "generations.api.frame.frame",
    *([] if TLS else ["webapp.middleware.CompressedPages"]),
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.people",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "generations.views.errors.ErrorPages",
]

ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
            ]
        },
    }
]

# Safety
SECURE_CSP = csp.policy(media_origin=MEDIA_ORIGIN, tls=TLS)  # the name that Django 6 gives it
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PROXY_TLS else 0  # localhost is not ours alone
# Whether its other hosts speak TLS too, and for ever, is for the owner of the domain to say, at the proxy.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Cookies know no ports: without TLS the name tells our cookies from those of the next site on localhost.
SESSION_COOKIE_NAME = "__Host-session" if TLS else "safelight_session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "safelight_csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# Data
DATABASES = {"default": databases.from_url(env.secret("DATABASE_URL"), data=DATA)}
# Tables that the database itself guards, see accounts/guard.py
APPEND_ONLY = ["accounts_auditevent", "generations_decision"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": {
        "BACKEND": "generations.storage.AtomicFileSystemStorage",
        "OPTIONS": {"location": DATA / "media"},
    },
    "staticfiles": {"BACKEND": "webapp.static_files.HashedStaticFiles"},
}
REDIS_URL = env.secret("REDIS_URL")
# Nothing in it may run out: it goes by the wall clock, and strikes a listener whose message is too old off its groups.
IN_MEMORY = {"capacity": 10_000, "expiry": 10 * 365 * 86_400, "group_expiry": 10 * 365 * 86_400}
CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": IN_MEMORY}
    )
}
CACHES = {
    "default": (
        {"BACKEND": "webapp.shared_cache.SharedCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Limits are counted here: with the 300 entries of the default a flood of tries would push out its own count.
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    )
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# People
AUTH_USER_MODEL = "accounts.User"
GUESTS = env.flag("SAFELIGHT_GUESTS", True)
SIGN_UP = env.flag("SAFELIGHT_SIGN_UP", True)
MERGE_GUEST = "generations.services.people.merge_guest"  # accounts may not import what it calls here
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name", "handle"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "generations.views.errors.csrf_failure"
LOGIN_REDIRECT_URL = "studio"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # renewed by every visit, as a guest's 30 idle days are
MAIL = mail.from_url(env.secret("EMAIL_URL"))
HAS_MAIL = MAIL is not None
EMAIL_BACKEND = f"django.core.mail.backends.{MAIL.backend if MAIL else 'dummy'}.EmailBackend"
if MAIL is not None:
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        MAIL.host,
        MAIL.port,
        MAIL.user,
        MAIL.password,
    )
    EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = MAIL.starttls, MAIL.tls, 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("SAFELIGHT_MAIL_FROM", "safelight@localhost")
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# An address is confirmed by a code, where codes can be sent: then sign-up tells nobody which addresses are known.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if HAS_MAIL else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = HAS_MAIL
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = HAS_MAIL
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_RATE_LIMITS = {"login": "10/m/ip", "login_failed": "10/m/ip,10/m/key", "signup": "10/m/ip"}
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmCodeForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS  # http://localhost is an origin that passkeys accept, by name
MFA_ALLOW_UNVERIFIED_EMAIL = not HAS_MAIL
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "login_webauthn": "accounts.forms.LoginPasskeyForm",
    "authenticate_webauthn": "accounts.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ReauthenticatePasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}

# Limits: DESIGN's defaults, each a setting of its own
LIMITS = {
    "queued": env.integer("SAFELIGHT_LIMIT_QUEUED", 20),
    "queued_guest": env.integer("SAFELIGHT_LIMIT_QUEUED_GUEST", 4),
    "running": env.integer("SAFELIGHT_LIMIT_RUNNING", 4, low=1),
    "running_guest": env.integer("SAFELIGHT_LIMIT_RUNNING_GUEST", 1, low=1),
    "per_day": env.integer("SAFELIGHT_LIMIT_PER_DAY", 500),
    "per_day_guest": env.integer("SAFELIGHT_LIMIT_PER_DAY_GUEST", 40),
    "storage_mb": env.integer("SAFELIGHT_LIMIT_STORAGE_MB", 0),
    "storage_mb_guest": env.integer("SAFELIGHT_LIMIT_STORAGE_MB_GUEST", 0),
    "queue": env.integer("SAFELIGHT_LIMIT_QUEUE", 2000),
    "grid": env.integer("SAFELIGHT_LIMIT_GRID", 100),
    "grid_guest": env.integer("SAFELIGHT_LIMIT_GRID_GUEST", 20),
    "streams": env.integer("SAFELIGHT_LIMIT_STREAMS", 100, low=1),
    "sockets": env.integer("SAFELIGHT_LIMIT_SOCKETS", 20, low=1),
    "sockets_address": env.integer("SAFELIGHT_LIMIT_SOCKETS_ADDRESS", 60, low=1),
    "sign_ups_per_hour": env.integer("SAFELIGHT_LIMIT_SIGN_UPS_PER_HOUR", 20, low=1),
    "guest_prompts_per_hour": env.integer("SAFELIGHT_LIMIT_GUEST_PROMPTS_PER_HOUR", 200, low=1),
    "shares_per_hour": env.integer("SAFELIGHT_LIMIT_SHARES_PER_HOUR", 100, low=1),
    "likes_per_hour": env.integer("SAFELIGHT_LIMIT_LIKES_PER_HOUR", 300, low=1),
    "reports_per_hour": env.integer("SAFELIGHT_LIMIT_REPORTS_PER_HOUR", 10, low=1),
    "guests_per_hour": env.integer("SAFELIGHT_LIMIT_GUESTS_PER_HOUR", 20),
    "zips_per_hour": env.integer("SAFELIGHT_LIMIT_ZIPS_PER_HOUR", 30, low=1),
    "exports_per_hour": env.integer("SAFELIGHT_LIMIT_EXPORTS_PER_HOUR", 3, low=1),
    "upload_mb": env.integer("SAFELIGHT_LIMIT_UPLOAD_MB", 20, low=1, high=100),
    "upload_megapixels": env.integer("SAFELIGHT_LIMIT_UPLOAD_MEGAPIXELS", 40, low=1, high=100),
    "verify_per_hour": env.integer("SAFELIGHT_LIMIT_VERIFY_PER_HOUR", 60, low=1),
    "files_per_hour": env.integer("SAFELIGHT_LIMIT_FILES_PER_HOUR", 1200, low=1),
    "file_mb": env.integer("SAFELIGHT_LIMIT_FILE_MB", 100, low=1, high=1024),
    "uploads_per_hour": env.integer("SAFELIGHT_LIMIT_UPLOADS_PER_HOUR", 120, low=1),
    "queued_api": env.integer("SAFELIGHT_LIMIT_QUEUED_API", 1000),
    "per_day_api": env.integer("SAFELIGHT_LIMIT_PER_DAY_API", 10_000),
    "api_creates": env.integer("SAFELIGHT_LIMIT_API_CREATES", 600, low=1),
    "api_calls": env.integer("SAFELIGHT_LIMIT_API_CALLS", 3000, low=1),
}

# Addresses that people name: of webhooks, of files in an input
OUTGOING_NETWORKS = env.networks("SAFELIGHT_OUTGOING_NETWORKS")
OUTGOING_PORTS = env.ports("SAFELIGHT_OUTGOING_PORTS", "80,443,8080,8443")
# What a webhook carries is made by the API, which services may not import.
PREDICTION_OBJECT = "generations.api.objects.prediction.told_object"

# What programs make
API_KEEP_MINUTES = env.integer("SAFELIGHT_API_KEEP_MINUTES", 60, high=100 * 365 * 24 * 60)

# The classifier of what is shared: scores from which something happens, of 1
CLASSIFIER: dict[str, Any] = {
    "is_wanted": env.flag("SAFELIGHT_CLASSIFIER", True),
    "weights": DATA / "classifier" / "open-nsfw.onnx",
    "label": env.integer("SAFELIGHT_CLASSIFIER_LABEL", 50, high=101) / 100,
    "public": env.integer("SAFELIGHT_CLASSIFIER_PUBLIC", 65, high=101) / 100,
    "unlisted": env.integer("SAFELIGHT_CLASSIFIER_UNLISTED", 85, high=101) / 100,
}

# Engines
MODELS = env.names("SAFELIGHT_MODELS", "safelight/picto,safelight/scribe,safelight/canary")
MODEL_ALIASES = env.pairs("SAFELIGHT_MODEL_ALIASES")
LEASE_S = env.integer("SAFELIGHT_LEASE_S", 30, low=1)

# Words and times
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

LOGGING = logs.config(debug=DEBUG, terminal=sys.stderr.isatty())
