"""How long, how slow and how large an answer may be."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one request, redirects and repetitions counted apart. Times in seconds, sizes in bytes.

    The defaults let the slowest healthy portals through: a `package_search` of 1,000 rows takes some of them more than
    half a minute before the first byte, and national RDF dumps run to hundreds of MB.
    """

    connect_seconds: float = 15.0  # name look-up, TCP and TLS, each
    first_byte_seconds: float = 90.0  # from the request until the headers are whole
    total_seconds: float = 1_800.0  # one request, from connecting to the last byte
    rate_window_seconds: float = 60.0  # also the longest silence inside a body
    minimum_bytes_per_second: float = 256.0  # mean over a window; below it the transfer is given up
    max_raw_bytes: int = 1_024 * MIB  # as transferred
    max_decoded_bytes: int = 4_096 * MIB  # after gzip, deflate, br or zstd
    max_header_bytes: int = 64 * 1024  # names and values; the parser itself stops at 100 KiB
    max_memory_bytes: int = 512 * 1024  # a body without a sink; RFC 9309 asks for 500 KiB of robots.txt
    max_error_bytes: int = 64 * 1024  # what is kept of the body of an error
    max_redirects: int = 8
