"""The desk as a WSGI application; `catalogue desk` serves it, and any other WSGI server can."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "catalogue.desk.settings"
application = get_wsgi_application()
