"""TLS: whom we trust, and a refused certificate explained to a person.

Certificates are always verified. A portal whose certificate cannot be verified is read after its operator repairs it,
or with a bundle of authorities that an operator of the catalogue names for this source; never without verification.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi

from harvesters.fetch.errors import SettingError, TlsFailed
from harvesters.phrases import Phrase, phrase

# What OpenSSL calls the reasons (X509_V_ERR_*, in x509_vfy.h), and the phrases of what is the matter and what to do about it.
_HOST_MISMATCH = 62
_IP_MISMATCH = 64
_VERIFY_CODES: dict[int, tuple[str, str]] = {
    9: ("tls-not-yet-valid", "do-check-clock"),
    10: ("tls-expired", "do-ask-renew"),
    18: (
        "tls-self-signed",
        "do-ask-public-certificate",
    ),
    19: (
        "tls-authority-unknown",
        "do-name-authority",
    ),
    20: (
        "tls-chain-or-authority",
        "do-ask-chain",
    ),
    21: (
        "tls-chain-incomplete",
        "do-ask-chain",
    ),
    23: ("tls-revoked", "do-ask-replace"),
    66: ("tls-key-weak", "do-ask-stronger-key"),
    68: ("tls-hash-outdated", "do-ask-renew-hash"),
}
_REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"),
        "tls-versions-outdated",
        "do-ask-tls",
    ),
    (
        ("HANDSHAKE_FAILURE", "NO_CIPHERS", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL"),
        "tls-encryption-outdated",
        "do-ask-tls-settings",
    ),
    (
        ("UNSAFE_LEGACY_RENEGOTIATION",),
        "tls-renegotiation",
        "do-ask-software",
    ),
    (
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"),
        "tls-not-spoken",
        "do-use-http",
    ),
    (
        ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE"),
        "tls-wants-certificate",
        "do-ask-catalogue-address",
    ),
    (
        ("UNRECOGNIZED_NAME",),
        "tls-name-unknown",
        "do-use-own-certificate-name",
    ),
)


def client_context(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """A verifying context: this system's authorities, Mozilla's list, and `ca_bundle` (PEM) where a source needs one.

    Raises:
        SettingError: the bundle cannot be read or holds no certificate.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.load_verify_locations(certifi.where())
    if ca_bundle is not None:
        try:
            context.load_verify_locations(ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise SettingError(
                phrase("bundle-unreadable", file=str(ca_bundle), detail=str(getattr(error, "strerror", None) or error)),
                phrase("do-name-bundle"),
            ) from error
    return context


def ssl_error_in(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error that `error` is or was caused by."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ssl.SSLError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def diagnose(error: ssl.SSLError, host: str) -> TlsFailed:
    """`error` in plain words, with what to do next."""
    return TlsFailed(*_explain(error, host))


def _explain(error: ssl.SSLError, host: str) -> tuple[Phrase, Phrase]:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in (_HOST_MISMATCH, _IP_MISMATCH):
            return phrase("tls-other-name", host=host), phrase("do-use-certificate-name")
        if error.verify_code in _VERIFY_CODES:
            what, step = _VERIFY_CODES[error.verify_code]
            return phrase(what, host=host), phrase(step)
        return phrase("tls-certificate-refused", host=host, detail=error.verify_message), phrase("do-tell-the-operator")
    reason = (error.reason or "").upper()
    for words, what, step in _REASONS:
        if any(word in reason for word in words):
            return phrase(what, host=host), phrase(step)
    detail = error.reason or type(error).__name__
    return phrase("tls-handshake-failed", host=host, detail=detail), phrase("do-tell-the-operator-this")
