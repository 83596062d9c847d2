import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # publishes no types
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.fetch.coding import PIECE_BYTES, decoder_for
from harvesters.fetch.errors import Malformed, Truncated

ENCODE = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstandard.compress}
CODINGS = st.sampled_from(sorted(ENCODE))
BODIES = st.binary(max_size=2000) | st.integers(1, 3_000_000)  # a number stands for so many zeros


def decoded(coding: str, sent: bytes, size: int) -> bytes:
    decoder = decoder_for(coding)
    assert decoder is not None
    pieces = [piece for at in range(0, len(sent), size) for piece in decoder.feed(sent[at : at + size])]
    decoder.finish()
    assert all(len(piece) <= 2 * PIECE_BYTES for piece in pieces)
    return b"".join(pieces)


@settings(deadline=None)
@given(CODINGS, BODIES, st.integers(1, 100_000))
def test_a_body_is_the_same_however_it_was_cut_into_chunks(coding: str, body: bytes | int, size: int) -> None:
    sent = ENCODE[coding](bytes(body))
    same = decoded(coding, sent, max(size, len(sent) // 500)) == bytes(body)
    assert same


@settings(deadline=None)
@given(CODINGS, st.binary(min_size=1, max_size=500), st.integers(1, 100))
def test_bytes_of_any_kind_are_read_or_refused(coding: str, sent: bytes, size: int) -> None:
    try:
        decoded(coding, sent, size)
    except (Malformed, Truncated):
        return


@settings(deadline=None)
@given(CODINGS, st.binary(min_size=1, max_size=500), st.data())
def test_a_body_cut_short_is_never_taken_for_whole(coding: str, body: bytes, data: st.DataObject) -> None:
    sent = ENCODE[coding](body)
    cut = data.draw(st.integers(1, len(sent) - 1))
    with pytest.raises((Truncated, Malformed)):
        decoded(coding, sent[:cut], 64)


def test_a_window_larger_than_the_standard_allows_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(Malformed):
        decoded("zstd", compressor.compress(bytes(1000)) + compressor.flush(), 1000)


@pytest.mark.parametrize("name", ["", "identity", "None", "utf-8", "identity, none"])
def test_what_is_no_coding_is_left_as_it_is(name: str) -> None:
    assert decoder_for(name) is None
