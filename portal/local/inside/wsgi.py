"""CKAN as a WSGI application, for gunicorn; runs in CKAN's environment. CKAN_INI names the configuration file."""

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
