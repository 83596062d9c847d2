"""Django's settings for the desk: those of the catalogue, and what pages, sign-in and mail need besides."""

import secrets
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from catalogue.desk import messages
from catalogue.errors import ConfigurationError
from catalogue.settings import *  # noqa: F403 (Django's way to extend settings)
from catalogue.settings import CONFIGURATION, INSTALLED_APPS
from catalogue.states.languages import DJANGO_LANGUAGES, NATIVE_NAMES

_ADDRESS = urlsplit(CONFIGURATION.desk_url)
_SECURE = _ADDRESS.scheme == "https"


def _key() -> str:
    """The key that signs, from the environment, or the one kept in CATALOGUE_HOME, made at the first start."""
    if CONFIGURATION.secret_key:
        return CONFIGURATION.secret_key
    file = CONFIGURATION.home / "secret-key"
    CONFIGURATION.make_home()
    try:
        with file.open("x", encoding="utf-8") as new:
            file.chmod(0o600)
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return file.read_text(encoding="utf-8")


SECRET_KEY = _key()
DEBUG = False
ALLOWED_HOSTS = [_ADDRESS.hostname or "localhost", "localhost", "127.0.0.1", *CONFIGURATION.desk_hosts]
ROOT_URLCONF = "catalogue.desk.urls"
WSGI_APPLICATION = "catalogue.desk.wsgi.application"

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "catalogue.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"] if CONFIGURATION.oidc_url else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "catalogue.desk.characters.OnlyText",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "catalogue.desk.context.everywhere",
            ],
            "builtins": ["django.templatetags.i18n", "catalogue.desk.templatetags.desk"],
        },
    }
]

# -- languages

LANGUAGES = [(code, NATIVE_NAMES[tag]) for tag, code in DJANGO_LANGUAGES.items()]
USE_I18N = True
LOCALE_PATHS = [messages.compiled(CONFIGURATION.home / "messages")]

# -- static files: served by the process itself, under names that change with their content

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# -- signing in

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:start"
ACCOUNT_ADAPTER = "catalogue.desk.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "change_password": "catalogue.desk.account_forms.ChangePasswordForm",
    "set_password": "catalogue.desk.account_forms.SetPasswordForm",
    "reset_password_from_key": "catalogue.desk.account_forms.ResetPasswordKeyForm",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation was opened in that mailbox
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "desk:home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _SECURE else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "UNCAC catalogue"
if CONFIGURATION.oidc_url:
    SOCIALACCOUNT_ADAPTER = "catalogue.desk.accounts.SocialAdapter"
    SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # a person who was invited, by the address the provider vouches for
    SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc", "name": "OpenID Connect", "client_id": CONFIGURATION.oidc_client,
                    "secret": CONFIGURATION.oidc_secret, "settings": {"server_url": CONFIGURATION.oidc_url},
                }
            ],
        }
    }  # fmt: skip
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "catalogue.desk.accounts.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "desk/locked_out.html"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is nobody's business; failures are what counts

# -- what a browser may do with our pages

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = False
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.desk_url] if _SECURE else []
CSRF_FAILURE_VIEW = "catalogue.desk.views.trouble.form_expired"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the picture of a time-based code
        "connect-src": [SELF],
        "font-src": [SELF],
        # The sign-in of an organization is a form that leads on to its provider, and a provider to others of its own.
        "form-action": [SELF, "https:", "/".join(CONFIGURATION.oidc_url.split("/")[:3])]
        if CONFIGURATION.oidc_url
        else [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20

# -- e-mail


def _mail(address: str) -> dict[str, object]:
    if address in ("console", "file"):
        backend = {"console": "console", "file": "filebased"}[address]
        return {
            "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
            "EMAIL_FILE_PATH": str(CONFIGURATION.home / "mail"),
        }
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ConfigurationError(
            "CATALOGUE_MAIL has a host or a port that is none; write it as in smtp://user:password@host:587, with the special "
            "characters of the password percent-encoded (`/` as %2F)."
        ) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigurationError(
            "CATALOGUE_MAIL is neither `console` nor `file` nor an address such as smtp://user:password@host:587."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }


globals().update(_mail(CONFIGURATION.mail))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIGURATION.mail_from
LOGGING_CONFIG = None
"""`catalogue.logs` sets up logging for every command, the desk too."""
