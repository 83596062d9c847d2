"""Everything that a fresh CKAN database needs, in one process; runs in CKAN's environment.

The order comes as JSON on standard input: ini, plugins, admin (name, email, password), token (one that may still be
good, or null), rebuild. The answer is the last line of standard output, as JSON: token. Doing it again changes nothing.
"""

import json
import sys
from contextlib import closing

import psycopg2
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from sqlalchemy.engine import make_url


def make_database(url: str) -> None:
    """Make the database that a SQLAlchemy URL names, unless it is there."""
    parts = make_url(url)
    with closing(
        psycopg2.connect(
            host=parts.host, port=parts.port, user=parts.username, password=parts.password, dbname="postgres"
        )
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (parts.database,))
            if cursor.fetchone() is None:
                cursor.execute(f"create database \"{parts.database}\" encoding 'UTF8' template template0")


def see_to_admin(admin: dict[str, str], token: str | None) -> str:
    """A token of the sysadmin's, who is made if need be; the token given where it still is good."""
    from ckan import model
    from ckan.lib.api_token import get_user_from_token
    from ckan.plugins.toolkit import get_action

    site_user = get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    user = model.User.get(admin["name"])
    if user is None:
        get_action("user_create")({"user": site_user, "ignore_auth": True}, dict(admin))
        user = model.User.get(admin["name"])
    if not user.sysadmin or user.state != "active":
        user.sysadmin, user.state = True, "active"
        model.Session.commit()
    known = get_user_from_token(token) if token else None
    if known is not None and known.name == user.name:
        return token
    made = get_action("api_token_create")(
        {"user": site_user, "ignore_auth": True}, {"user": user.name, "name": "local"}
    )
    return made["token"]


def main() -> None:
    order = json.load(sys.stdin)
    settings = CKANConfigLoader(order["ini"]).get_config()
    make_database(settings["sqlalchemy.url"])
    app = make_app(settings)
    from ckan import model
    from ckan.lib import search

    flask_app = getattr(app, "_wsgi_app", app)
    with flask_app.test_request_context():
        model.repo.init_db()
        for plugin in order["plugins"]:
            _run_migrations(plugin)
        token = see_to_admin(order["admin"], order["token"])
        if order["rebuild"]:
            search.clear_all()
            search.rebuild(force=True, quiet=True)
            search.commit()
    sys.stdout.write("\n" + json.dumps({"token": token}) + "\n")


if __name__ == "__main__":
    main()
