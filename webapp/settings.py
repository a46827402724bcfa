"""Settings of the whole site, grouped by subject; every value from outside comes through env.py."""

from pathlib import Path

from webapp import databases, env, logs, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

# The house
DEBUG = env.flag("SAFELIGHT_DEBUG", False)
DATA = Path(env.text("SAFELIGHT_DATA", str(BASE_DIR / "var"))).resolve()
PORT = env.integer("PORT", 8000, low=0, high=65535)
SECRET_KEY = env.secret("SAFELIGHT_SECRET_KEY") or secret_key.kept_in(DATA)
SITE_NAME = "Safelight"

# Addresses
ALLOWED_HOSTS = env.names("SAFELIGHT_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("SAFELIGHT_ORIGINS")
MEDIA_ORIGIN = env.text("SAFELIGHT_MEDIA_ORIGIN")
TLS = env.flag("SAFELIGHT_TLS", False)
TRUSTED_PROXIES = env.integer("SAFELIGHT_TRUSTED_PROXIES", 0, high=8)

INSTALLED_APPS = [
    "daphne",
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
    "accounts",
    "generations",
    "webapp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
            ]
        },
    }
]

# Data
DATABASES = {"default": databases.from_url(env.secret("DATABASE_URL"), data=DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": {
        "BACKEND": "generations.storage.AtomicFileSystemStorage",
        "OPTIONS": {"location": DATA / "media"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
REDIS_URL = env.secret("REDIS_URL")
CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# People
AUTH_USER_MODEL = "accounts.User"
GUESTS = env.flag("SAFELIGHT_GUESTS", True)
SIGN_UP = env.flag("SAFELIGHT_SIGN_UP", True)

# Limits: DESIGN's defaults, each a setting of its own
LIMITS = {
    "queued": env.integer("SAFELIGHT_LIMIT_QUEUED", 20),
    "queued_guest": env.integer("SAFELIGHT_LIMIT_QUEUED_GUEST", 4),
    "running": env.integer("SAFELIGHT_LIMIT_RUNNING", 4, low=1),
    "running_guest": env.integer("SAFELIGHT_LIMIT_RUNNING_GUEST", 1, low=1),
    "per_day": env.integer("SAFELIGHT_LIMIT_PER_DAY", 500),
    "per_day_guest": env.integer("SAFELIGHT_LIMIT_PER_DAY_GUEST", 40),
    "queue": env.integer("SAFELIGHT_LIMIT_QUEUE", 2000),
}

# Engines
MODELS = env.names("SAFELIGHT_MODELS", "safelight/picto")
LEASE_S = env.integer("SAFELIGHT_LEASE_S", 30, low=1)

# Words and times
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

LOGGING = logs.config(debug=DEBUG)
