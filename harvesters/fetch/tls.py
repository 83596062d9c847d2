"""TLS: whom we trust, and a refused certificate explained to a person.

Certificates are always verified. A portal whose certificate cannot be verified is read after its operator repairs it,
or with a bundle of authorities that an operator of the catalogue names for this source; never without verification.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi

from harvesters.fetch.errors import SettingError, TlsFailed

# What OpenSSL calls the reasons (X509_V_ERR_*, in x509_vfy.h), and what a person may do about each.
_HOST_MISMATCH = 62
_IP_MISMATCH = 64
_VERIFY_CODES: dict[int, tuple[str, str]] = {
    9: ("its certificate is not valid yet", "Check this machine's clock; where it is right, tell the operator."),
    10: ("its certificate has expired", "Ask the operator to renew it; the portal can be read again as soon as it is."),
    18: (
        "its certificate is self-signed: nobody vouches for it",
        "Ask the operator for a certificate of a public authority, or name a CA bundle for this source.",
    ),
    19: (
        "its certificate comes from an authority that is not publicly trusted",
        "Name the authority's certificate as this source's CA bundle, once the operator has confirmed it.",
    ),
    20: (
        "its certificate chain is incomplete: an intermediate certificate is missing (browsers often fetch it by "
        "themselves) or the authority is not publicly trusted",
        "Ask the operator to send the whole chain, or name the missing certificate as this source's CA bundle.",
    ),
    21: (
        "its certificate chain is incomplete: an intermediate certificate is missing",
        "Ask the operator to send the whole chain, or name the missing certificate as this source's CA bundle.",
    ),
    23: ("its certificate has been revoked", "Ask the operator to replace it."),
    66: ("its certificate's key is too weak", "Ask the operator for a certificate with a key of 2,048 bits or more."),
    68: ("its certificate is signed with an outdated hash", "Ask the operator to renew it."),
}
_REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"),
        "it speaks only outdated versions of TLS",
        "Ask the operator to offer TLS 1.2 or later.",
    ),
    (
        ("HANDSHAKE_FAILURE", "NO_CIPHERS", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL"),
        "it offers only outdated encryption, or none in common with us",
        "Ask the operator to bring the server's TLS settings up to date.",
    ),
    (
        ("UNSAFE_LEGACY_RENEGOTIATION",),
        "it needs an outdated and unsafe form of TLS renegotiation",
        "Ask the operator to update the server's software.",
    ),
    (
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"),
        "it does not speak TLS on this port",
        "Use http:// for this address, or the port of its https service.",
    ),
    (
        ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE"),
        "it asks us for a certificate of our own",
        "Ask the operator for a public address of the catalogue.",
    ),
    (
        ("UNRECOGNIZED_NAME",),
        "it does not know the name it was called by",
        "Use the host name that its certificate is made for.",
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
                f"The CA bundle {ca_bundle} cannot be read ({getattr(error, 'strerror', None) or error}).",
                "Name a file with one or more certificates in PEM form.",
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
    what, step = _explain(error, host)
    return TlsFailed(f"A secure connection to {host} is not possible: {what}.", step)


def _explain(error: ssl.SSLError, host: str) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in (_HOST_MISMATCH, _IP_MISMATCH):
            return (
                f"its certificate is made for another name than {host}",
                "Use the host name that the certificate is made for, or ask the operator to add this one.",
            )
        if error.verify_code in _VERIFY_CODES:
            return _VERIFY_CODES[error.verify_code]
        return f"its certificate is not accepted ({error.verify_message})", "Tell the operator."
    reason = (error.reason or "").upper()
    for words, what, step in _REASONS:
        if any(word in reason for word in words):
            return what, step
    detail = error.reason or type(error).__name__
    return f"the TLS handshake failed ({detail})", "Tell the operator, with this text."
