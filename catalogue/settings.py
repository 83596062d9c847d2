"""Django's settings, made from the catalogue's own (`configuration`)."""

from catalogue import configuration, database_url

CONFIGURATION = configuration.load()

DATABASES = {"default": database_url.read(CONFIGURATION.database_url, CONFIGURATION.home)}
INSTALLED_APPS = [
    "catalogue.states",
    "catalogue.register",
    "catalogue.people",
    "catalogue.datasets",
    "catalogue.harvests",
    "catalogue.reconcile",
    "catalogue.publish",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
AUTH_USER_MODEL = "people.Person"
# Commands serve no page and sign nothing; the desk has settings of its own (`desk.settings`), with a key.
SECRET_KEY = "unused: nothing is signed"  # noqa: S105
