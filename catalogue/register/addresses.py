"""What can be the address of a source, for the register's file, for the desk and for a check."""

import re
from urllib.parse import urlsplit

from catalogue.register.yaml_nodes import quoted

MAX_URL_CHARACTERS = 2_000
"""What browsers and proxies pass on without cutting it."""

EXAMPLE = "url: https://data.example.org"
"""As a line of the register's file."""


def url_mistake(url: str) -> tuple[str, str] | None:
    """Why a text cannot be the address of a source, and what to do; None for one that can. It is not fetched."""
    shown = quoted(url) if "@" not in url else "The address"
    if re.search(r"[\s\\<>\"`]", url):
        return (
            f"{shown} is not one web address.",
            "Remove blanks, quotes and brackets; write a blank inside it as %20.",
        )
    if len(url) > MAX_URL_CHARACTERS:
        return f"The address is longer than {MAX_URL_CHARACTERS:,} characters.", "Give the address that people use."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{shown} is not a web address.", "Check the host name and the port."
    if "@" in parts.netloc:
        return "The address holds a user name or password.", "Remove what stands before the @; this file is public."
    if parts.scheme.lower() not in ("http", "https"):
        if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+", url):
            return f"{shown} has no scheme.", f"Did you mean https://{url}?"
        return (
            f"{shown} is not a web address.",
            "Only addresses that begin with https:// or http:// are harvested.",
        )
    if not host or port == 0 or host.startswith(".") or ".." in host:
        return f"{shown} names no host.", f"Write: {EXAMPLE}"
    return None
