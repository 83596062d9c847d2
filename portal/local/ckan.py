"""CKAN itself: its configuration, its tables and first account, its web server. Unmodified, from its own environment."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

from portal.local import environment as ckan_environment
from portal.local import postgresql, redis, solr
from portal.local.errors import StartError
from portal.local.services import Service, http_answer
from portal.local.state import State, write_private

NAME = "web"
ADMIN = "admin"
PLUGINS = "activity"
SITE_TITLE = "Catalogue (local)"
LOCALES = "en ar es fr ru zh_Hans_CN"
"""The six languages of the United Nations, as CKAN names its translations."""

INSIDE = Path(__file__).with_name("inside")
"""What runs in CKAN's environment, with CKAN's libraries."""

WORKERS = max(2, min(4, os.cpu_count() or 2))
"""CKAN is bound by the processor: one process a core; four serve any test."""

PREPARE_PATIENCE = 600.0
"""Seconds for tables, migrations and, where it is needed, a rebuilt search index."""

LOGGING = """
[loggers]
keys = root

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = WARNING
handlers = console

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain

[formatter_plain]
format = %(asctime)s %(levelname)s [%(name)s] %(message)s
"""


def ini(folder: Path) -> Path:
    """CKAN's configuration file, written anew at every `up`."""
    return folder / "ckan.ini"


def address(memory: State) -> str:
    """Where CKAN is looked at."""
    return f"http://127.0.0.1:{memory.ports[NAME]}"


def configuration(folder: Path, memory: State, solr_url: str | None) -> str:
    """The text of CKAN's configuration file; all ports must be known."""
    options = {
        "use": "egg:ckan",
        "SECRET_KEY": memory.secret("session"),
        "sqlalchemy.url": postgresql.url(memory),
        "ckan.redis.url": redis.url(memory),
        **solr.settings(memory, solr_url),
        "ckan.site_url": address(memory),
        "ckan.site_id": memory.site_id,
        "ckan.site_title": SITE_TITLE,
        "ckan.locale_default": "en",
        "ckan.locales_offered": LOCALES,
        "ckan.plugins": PLUGINS,
        # Without views no resource is fetched or shown by CKAN itself, and no view plugin is missed at each resource.
        "ckan.views.default_views": "",
        "ckan.storage_path": str(folder / "storage"),
        "ckan.webassets.path": str(folder / NAME / "webassets"),
        "cache_dir": str(folder / NAME / "cache"),
        "ckan.auth.create_user_via_web": "false",
        "ckan.auth.public_user_details": "false",
    }
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in options.items()]
    return "[DEFAULT]\ndebug = false\n\n[app:main]\n" + "\n".join(lines) + "\n" + LOGGING


def fingerprint(folder: Path, environment: Path) -> str:
    """Changes whenever a running web server would have to be started again."""
    parts = [ini(folder).read_text(), ckan_environment.version(environment), str(WORKERS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def service(folder: Path, environment: Path) -> Service:
    """The web server: gunicorn with threads, since uwsgi's resets connections that clients keep alive."""
    place = folder / NAME
    gunicorn = [str(ckan_environment.python(environment)), "-m", "gunicorn", "--pythonpath", str(INSIDE)]
    options = [
        *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "2"),
        *("--timeout", "120", "--keep-alive", "5", "--no-control-socket"),
    ]
    return Service(
        name=NAME,
        title="CKAN",
        folder=place,
        command=lambda port: [*gunicorn, *options, "--bind", f"127.0.0.1:{port}", "wsgi:application"],
        answers=lambda port, identity: http_answer(port, "/api/3/action/status_show") is not None,
        log=folder / "log" / "web.log",
        environment=variables(folder),
        patience=180.0,
    )


def prepare(folder: Path, environment: Path, memory: State, *, plugins: str = PLUGINS, rebuild: bool) -> str:
    """Make or upgrade the tables, see to the sysadmin account, and give an API token of theirs.

    plugins: those in the configuration, whose tables are wanted too; rebuild: index all datasets anew. Raises StartError.
    """
    order = {
        "ini": str(ini(folder)),
        "plugins": plugins.split(),
        "admin": {"name": ADMIN, "email": f"{ADMIN}@example.org", "password": memory.secret(ADMIN)},
        "token": token(folder),
        "rebuild": rebuild,
    }
    log = folder / "log" / "prepare.log"
    try:
        done = subprocess.run(
            [str(ckan_environment.python(environment)), str(INSIDE / "bootstrap.py")],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=False,
            env=variables(folder),
            cwd=folder / NAME,
            timeout=PREPARE_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise StartError(f"CKAN's database was not ready within {PREPARE_PATIENCE:.0f} s; start again.") from error
    write_private(log, done.stderr)
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise StartError(f"CKAN's database could not be prepared; see {log}. It said:\n{last}")
    answer: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return answer["token"]


def token(folder: Path) -> str | None:
    """The sysadmin's API token, if there is one yet."""
    try:
        return (folder / "token").read_text().strip() or None
    except FileNotFoundError:
        return None


def variables(folder: Path) -> dict[str, str]:
    """The environment variables of CKAN's processes.

    Nothing of the caller's: CKAN_* variables would override the configuration, and CKAN's HTTP client would obey proxies.
    """
    return {"PATH": os.defpath, "HOME": str(folder / NAME), "LC_ALL": "C.UTF-8", "CKAN_INI": str(ini(folder))}
