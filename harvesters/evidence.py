"""What detection asks and sees, and what a harvester says of it: the values that `Harvester.leads` and `recognise` speak in.

A person reports a web address, rarely a protocol. `detect` asks a few addresses, shows every answer to every harvester, and
ranks what they recognise. So a protocol's marks live in the file of the protocol, beside how it is read.
"""

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

import lxml.html
import msgspec

from harvesters.errors import NOT_JSON
from harvesters.phrases import Phrase

HTML_TYPES = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_TAG_START = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


class Lead(NamedTuple):
    """An address worth asking.

    url: absolute. weight: 1 to 100, how likely the answer says something; higher is asked first. 90: the page that was seen
    names it; 60: the page bears the mark of a software that has it; 50: the address has the shape of it; 10 to 40: many
    portals have something at this well-known path. because: why. accept: of the request's header.
    """

    url: str
    weight: int
    because: Phrase
    accept: str = "*/*"


class Recognised(NamedTuple):
    """A protocol that an answer speaks.

    confidence: 1 to 100. 95: nothing else answers so; 80: the format is certain, yet a more particular protocol of the same
    portal would tell more; 50: likely; 10: readable as a last resort. url: what a source of this protocol should name.
    evidence: what came back, without a full stop. advertised: how many datasets the portal says it has.
    options: of the source.
    """

    confidence: int
    url: str
    evidence: Phrase
    advertised: int | None = None
    options: Mapping[str, Any] = MappingProxyType({})


class Seen(msgspec.Struct, frozen=True, dict=True):
    """One answer. asked: the address. url: the final one, after redirects. status: of HTTP. headers: names in lower case.
    body: its first `detect.SEEN_BYTES`; whole: whether that is all. reported: whether this is the address that the
    person gave."""

    asked: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True
    reported: bool = False

    @property
    def ok(self) -> bool:
        """Whether the answer is one of success."""
        return 200 <= self.status < 300

    @functools.cached_property
    def media_type(self) -> str:
        """The media type, without parameters, in lower case; empty where none is said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @functools.cached_property
    def text(self) -> str:
        """The body as text; what cannot be decoded is replaced."""
        charset = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.body.decode(charset[1] if charset else "utf-8-sig", "replace").removeprefix("\ufeff")
        except LookupError:
            return self.body.decode("utf-8-sig", "replace")

    @functools.cached_property
    def json(self) -> Any:
        """The JSON of the body; None where it is none, or not whole."""
        if not self.whole or self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
            return None
        try:
            return msgspec.json.decode(self.text.lstrip())
        except NOT_JSON:
            return None

    @functools.cached_property
    def is_html(self) -> bool:
        """Whether the body is a web page, whatever the header says."""
        start = self.body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
        return bool(_TAG_START.match(start)) or (
            self.media_type in HTML_TYPES and not start.startswith((b"{", b"[", b"<?xml"))
        )

    @functools.cached_property
    def page(self) -> "lxml.html.HtmlElement | None":
        """The body as a web page; None where it is none."""
        if not self.is_html or not self.body.strip():
            return None
        try:
            return lxml.html.document_fromstring(
                self.text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8")
            )
        except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
            return None

    @functools.cached_property
    def generator(self) -> str:
        """What the page's `<meta name=generator>` says, in lower case."""
        if self.page is None:
            return ""
        return " ".join(self.page.xpath("//meta[translate(@name,'GENRATO','genrato')='generator']/@content")).lower()

    @functools.cached_property
    def links(self) -> list[tuple[str, str, str]]:
        """The page's `<link>` elements, as (rel, type, absolute address) with rel and type in lower case."""
        if self.page is None:
            return []
        return [
            (e.get("rel", "").lower(), e.get("type", "").lower(), address)
            for e in self.page.iter("link")
            if (address := self.absolute(e.get("href", "")))
        ]

    @functools.cached_property
    def anchors(self) -> list[str]:
        """The absolute http and https addresses that the page's `<a>` elements lead to, in order, each once."""
        if self.page is None:
            return []
        found = (self.absolute(e.get("href", "")) for e in self.page.iter("a"))
        return list(dict.fromkeys(address for address in found if address))

    @property
    def base(self) -> str:
        """The folder of the address, without query and with a slash at the end: where relative paths begin."""
        return folder_of(self.url)

    @property
    def root(self) -> str:
        """The site's root, with a slash at the end."""
        return root_of(self.url)

    def absolute(self, link: str) -> str | None:
        """A link of the page as an absolute http or https address; None where it is none."""
        try:
            url = urljoin(self.url, link.strip())
            return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
        except ValueError:
            return None


def root_of(url: str) -> str:
    """The root of an address's site: `https://x.example/a/b?c` gives `https://x.example/`."""
    return urlunsplit((*urlsplit(url)[:2], "/", "", ""))


def folder_of(url: str) -> str:
    """The folder of an address: `https://x.example/a/b.html?c` gives `https://x.example/a/`; a last part without a
    dot counts as a folder itself."""
    parts = urlsplit(url)
    path = parts.path or "/"
    if not path.endswith("/"):
        head, _, last = path.rpartition("/")
        path = f"{head}/" if "." in last else f"{path}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def places(url: str) -> list[str]:
    """Where a well-known path may begin: the address's folder, and the site's root where that is another."""
    return list(dict.fromkeys((folder_of(url), root_of(url))))
