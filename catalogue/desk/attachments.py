"""Documents that come with a list: few kinds, known by their content, kept under their hash, given back as downloads only."""

import hashlib
import os
from pathlib import Path
from typing import Any, NamedTuple

import puremagic
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.translation import gettext as _

from catalogue.errors import EntryRefused
from catalogue.register.models import Attachment, Submission
from catalogue.settings import CONFIGURATION
from harvesters.values import clean_text

MAX_BYTES = 20 << 20
KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".doc": "application/msword",
    ".rtf": "application/rtf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""What a note verbale comes as. Web pages, drawings with scripts (SVG) and documents with macros are none of it."""

_MACROS = (b"vbaProject.bin", b"Basic/Standard", "_VBA_PROJECT".encode("utf-16-le"))
"""Names of the parts that hold them: in DOCX, in ODT, and in the older DOC, whose names are in UTF-16 ([MS-CFB] 2.6.1)."""


class Examined(NamedTuple):
    """A document that may be kept."""

    name: str
    media_type: str
    content: bytes


def _folder() -> Path:
    return CONFIGURATION.home / "attachments"


def examine(upload: "UploadedFile[Any]") -> Examined:
    """An uploaded document, known by what is in it and not by its name. Raises EntryRefused."""
    if (upload.size or 0) > MAX_BYTES:
        raise EntryRefused(_("The document is larger than 20 MB; attach a smaller one, such as a PDF."))
    content = upload.read()
    suffix = Path(upload.name or "").suffix.lower()
    try:
        found = (
            {match.extension.lower() for match in puremagic.magic_string(content, upload.name)} if content else set()
        )
    except (puremagic.PureError, ValueError):
        found = set()
    if suffix not in KINDS or not _agrees(suffix, found, content) or any(mark in content for mark in _MACROS):
        raise EntryRefused(
            _(
                "The document is not a PDF, Word or ODT text without macros, or a picture; save it as PDF and attach that."
            )
        )
    name = (clean_text(Path(upload.name or "").name) or "document")[-200:]
    return Examined(name, KINDS[suffix], content)


def _agrees(suffix: str, found: set[str], content: bytes) -> bool:
    """Whether what is in a file is what its name says."""
    same = {".jpeg": ".jpg", ".tiff": ".tif"}
    kinds = {same.get(each, each) for each in found}
    wanted = same.get(suffix, suffix)
    begins = {".pdf": b"%PDF-", ".rtf": b"{\\rtf", ".docx": b"PK", ".odt": b"PK", ".doc": b"\xd0\xcf\x11\xe0"}
    return content.startswith(begins[wanted]) if wanted in begins else wanted in kinds


def keep(submission: Submission, document: Examined) -> Attachment:
    """Keep a document with its submission."""
    digest = hashlib.sha256(document.content).hexdigest()
    _folder().mkdir(parents=True, exist_ok=True)
    file = _folder() / digest
    if not file.exists():
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(document.content)
        temporary.chmod(0o600)
        temporary.replace(file)
    return Attachment.objects.create(
        submission=submission,
        name=document.name,
        media_type=document.media_type,
        bytes=len(document.content),
        sha256=digest,
    )


def download(attachment: Attachment) -> FileResponse:
    """The document as a file to be saved: never shown within a page, whatever is in it."""
    response = FileResponse(
        (_folder() / attachment.sha256).open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "sandbox"
    return response
