"""A real browser on a real desk: how tests start both, and what they ask of every page."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import Catalogue

CHROMIUM = os.environ.get("CATALOGUE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""A browser that looks for nothing beyond the pages it is given; without a sandbox, since tests may run as root."""

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


@contextmanager
def desk(home: Path, environment: dict[str, str]) -> Iterator[tuple[Catalogue, str]]:
    """`catalogue desk` in a home of its own, with two fictional States; gives the command and the desk's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    catalogue = Catalogue(home, {"CATALOGUE_DESK_URL": url, "CATALOGUE_MAIL": "file", **environment})
    catalogue.register()
    process = catalogue.start("desk", "--port", str(port))
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "The desk is open" in line, (line, process.stderr.read() if process.stderr else "")
        yield catalogue, url
    finally:
        process.terminate()
        process.communicate(timeout=30)


def sign_in(page: Page, url: str, email: str, password: str, language: str = "en") -> None:
    """Sign in as a person does."""
    page.goto(f"{url}/{language}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/(office|desk)/"))


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is open: what axe-core finds serious, and what does not fit into its width."""
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        found.append(f"wider than the window by {overflow} pixels")
    return found


def letters(home: Path) -> list[str]:
    """The e-mails that were sent, decoded, the latest last."""
    found = []
    for file in sorted((home / "mail").glob("*.log"), key=lambda each: each.stat().st_mtime_ns):
        for part in file.read_bytes().split(b"-" * 79):
            if part.strip():
                message = message_from_bytes(part.strip(), policy=policy.default)
                found.append(f"To: {message['To']}\n{message['Subject']}\n{message.get_content()}")
    return found
