"""Settings of the portal: one flat file; what differs between places comes from the environment (docs/settings.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

from kanazawa_strategy import environment
from kanazawa_strategy.serving import logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# What kind of place this is
DEBUG = environment.boolean("DEBUG", False)
SECRET_KEY = environment.text("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is required unless DEBUG=1 (make run makes one for you).")
    SECRET_KEY = "only-for-debugging-" + "0" * 40
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "goals",  # first: of commands with one name, the first app's runs, and its own on accounts write into the log
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_filters",
    "import_export",
    "simple_history",
    "kpis",
    "measures",
    "kanazawa_strategy",
]

MIDDLEWARE = [
    "kanazawa_strategy.serving.public_pages.PublicPages",  # before all others: what it has stored needs none of them
    "kanazawa_strategy.serving.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "kanazawa_strategy.serving.headers.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each answer by chance, against BREACH
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # above what may answer by itself, with a redirect
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "kanazawa_strategy.serving.nul.RefuseNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kanazawa_strategy.entrance.sessions.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",  # the last: puts the lock-out's page in the place of the answer
]

ROOT_URLCONF = "kanazawa_strategy.urls"
WSGI_APPLICATION = "kanazawa_strategy.wsgi.application"

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
                "kanazawa_strategy.pages.frame.frame",
            ],
            "builtins": ["kanazawa_strategy.templatetags.portal"],
        },
    },
]

# Database
DATABASES = {"default": environment.database("DATABASE_URL", DATA_DIR / "portal.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Public pages are kept ready in the memory of each process (0: not at all, so that a developer sees each change)
PAGE_STORE_MB = environment.integer("PAGE_STORE_MB", 0 if DEBUG else 32)

# Backups: of the newest so many days that have one all are kept, of the newest so many months the last one
BACKUP_DIR = Path(environment.text("BACKUP_DIR", str(DATA_DIR / "backups")))
BACKUP_KEEP_DAYS = environment.integer("BACKUP_KEEP_DAYS", 30)
BACKUP_KEEP_MONTHS = environment.integer("BACKUP_KEEP_MONTHS", 24)

# Accounts
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "goals.accounts.roles.RoleBackend"]
PASSWORD_MIN_LENGTH = environment.integer("PASSWORD_MIN_LENGTH", 12)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"

# Lock-out, by name and address together: a colleague behind the same proxy, or the same name elsewhere, still gets in.
# Counted in the database, which every machine shares.
LOGIN_FAILURE_LIMIT = environment.integer("LOGIN_FAILURE_LIMIT", 5)
LOGIN_COOLOFF_MINUTES = environment.integer("LOGIN_COOLOFF_MINUTES", 15)
AXES_FAILURE_LIMIT = LOGIN_FAILURE_LIMIT
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_COOLOFF_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "goals.accounts.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "goals.accounts.lockout.origin_of"
AXES_LOCKOUT_CALLABLE = "kanazawa_strategy.pages.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # goals.accounts.audit holds it
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# Second factor (TOTP): anybody may have one; the roles named here must
TOTP_REQUIRED = environment.words("TOTP_REQUIRED")
OTP_TOTP_ISSUER = "金沢版総合戦略"  # short: it stands in the QR code

# Language: one locale. No thousands separator by default: it would also change import and export (docs of goals.notation.numbers).
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Static files. `make run` copies Plotly's script into DATA_DIR/vendor.
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
VENDOR_DIR = DATA_DIR / "vendor"
STATICFILES_DIRS = [BASE_DIR / "static", *([VENDOR_DIR] if VENDOR_DIR.is_dir() else [])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Safety
HTTPS = environment.boolean("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # load balancers ask over plain HTTP
BEHIND_PROXY = environment.boolean("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the form
SESSION_IDLE_MINUTES = environment.integer("SESSION_IDLE_MINUTES", 60)
SESSION_HOURS = environment.integer("SESSION_HOURS", 12)
SESSION_COOKIE_AGE = (SESSION_HOURS + 24) * 60 * 60  # kept a day longer than it opens anything, to say that it ended
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a yearly sheet has eleven to a row, and a department may have hundreds of rows
DATA_UPLOAD_MAX_NUMBER_FILES = 1  # no form takes two
FILE_UPLOAD_HANDLERS = [
    "goals.importing.arriving.Arriving",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

# Mail, for reminders; without a host it is written to standard output
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = environment.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.boolean("EMAIL_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "strategy@localhost")
SITE_URL = environment.text("SITE_URL", "http://localhost:8000")

# A bold Japanese font for the pictures of shared pages; empty: where systems usually keep one
SHARE_FONT = environment.text("SHARE_FONT")

# Open data
OPENDATA_LICENSE_NAME = environment.text("OPENDATA_LICENSE_NAME", "CC BY 4.0（予定・要確認）")
OPENDATA_LICENSE_URL = environment.text("OPENDATA_LICENSE_URL", "https://creativecommons.org/licenses/by/4.0/deed.ja")

# import-export: one transaction for a file, nothing half-written
IMPORT_EXPORT_USE_TRANSACTIONS = True

# Log: to standard error; audit events to a file of their own where one is named
LOG_FORMAT = environment.text("LOG_FORMAT", "line" if DEBUG else "json")
AUDIT_LOG = environment.text("AUDIT_LOG")
LOGGING = logs.configuration(
    form="line" if LOG_FORMAT == "line" else "json", level=environment.text("LOG_LEVEL", "INFO"), audit_file=AUDIT_LOG
)
