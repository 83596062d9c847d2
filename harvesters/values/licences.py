"""Licences: an SPDX identifier where what was stated names one; never a version or an openness that was not stated."""

import csv
import re
from functools import cache, lru_cache
from importlib import resources

import msgspec
from license_expression import get_spdx_licensing

from harvesters.values.text import clean_text, read_description
from harvesters.values.urls import read_url

_NOTHING_STATED = frozenset(
    {
        "notspecified",
        "not specified",
        "license not specified",
        "licence not specified",
        "no se especificó la licencia",
        "unknown",
        "none",
        "other",
        "no license",
        "unspecified",
    }
)
_CC_URL = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)(?:/([a-z]{2}))?")
_CC_NAME = re.compile(r"cc[ -](by(?:-(?:nc|sa|nd))*)[ -](\d\.\d)(?:[ -]([a-z]{2}))?")
_SPDX_PATH = re.compile(r"spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?$")


class Licence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A licence as stated. open: by the Open Definition; None where that is not known."""

    text: str
    spdx: str | None = None
    url: str | None = None
    title: str | None = None
    open: bool | None = None


class _Known(msgspec.Struct, frozen=True):
    spdx: str | None
    url: str | None
    title: str
    open: bool | None


def read_licence(raw_id: object, raw_title: object = None, raw_url: object = None) -> Licence | None:
    """A licence from whatever of its id, title and URL is stated; None where nothing is, or "not specified"."""
    stated = [_plain(raw) for raw in (raw_id, raw_title, raw_url)]
    texts = [text for text in stated if text is not None and text.casefold() not in _NOTHING_STATED]
    if not texts:
        return None
    known = next((found for text in (stated[0], stated[2], stated[1]) if text and (found := _look_up(text))), None)
    url = next((read_url(text, None).url for text in texts if text.lower().startswith(("http:", "https:"))), None)
    title = stated[1] if stated[1] in texts else None
    if known is None:
        return Licence(texts[0], None, url, title)
    return Licence(texts[0], known.spdx, url or known.url, title or known.title, known.open)


def _plain(raw: object) -> str | None:
    text = read_description(raw)
    return " ".join(text.text.split()) if text is not None else None


def _key(text: str) -> str:
    key = text.casefold().strip().rstrip("/").removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return re.sub(r"/(?:deed|legalcode)(?:\.[a-z_-]+)?$", "", key)


@lru_cache(maxsize=4096)
def _look_up(text: str) -> _Known | None:
    key = _key(text)
    table = _table()
    if key in table:
        return table[key]
    if match := _CC_URL.search(key) or _CC_NAME.fullmatch(key):
        return _creative_commons(match[1], match[2], match[3])
    if match := _SPDX_PATH.search(text.strip()):
        key = match[1].casefold()
    spdx = _spdx().get(key)
    return _Known(spdx, None, spdx, None) if spdx else None


def _creative_commons(kind: str, version: str, port: str | None) -> _Known | None:
    spdx = _spdx().get("cc0-1.0" if kind in {"zero", "cc0"} else f"cc-{kind}-{version}" + (f"-{port}" if port else ""))
    spdx = spdx or _spdx().get(f"cc-{kind}-{version}")
    if spdx is None:
        return None
    return _Known(spdx, None, spdx, "nc" not in kind and "nd" not in kind)


@cache
def _spdx() -> dict[str, str]:
    return {str(symbol.key).casefold(): str(symbol.key) for symbol in get_spdx_licensing().known_symbols.values()}


@cache
def _table() -> dict[str, _Known]:
    """`licences.csv`: other spellings of licences, the national ones among them."""
    with resources.files("harvesters.values").joinpath("licences.csv").open(encoding="utf-8") as file:
        return {
            _key(spelling): _Known(
                row["spdx"] or None, row["url"] or None, row["title"], {"yes": True, "no": False}.get(row["open"])
            )
            for row in csv.DictReader(file)
            for spelling in [*row["spellings"].split("|"), row["url"], row["title"]]
            if clean_text(spelling)
        }
