"""What is said of an entry's fields, and what is kept of them."""

import pytest

from catalogue.register import remarks


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://user:secret@data.example/x?to=b@c", "https://***@data.example/x?to=b@c"),
        ("https://user:sec:r@et@data.example/", "https://***@data.example/"),
        ("user:secret@data.example/", "***@data.example/"),
    ],
)
def test_a_password_in_an_address_is_told_and_not_kept(written: str, kept: str):
    read = remarks.read({"url": written})
    assert read.values["url"] == kept
    assert [(each.code, each.blocks) for each in read.remarks if each.field == "url"] == [
        ("address-with-password", True)
    ]
    assert "secret" not in str(read)


@pytest.mark.parametrize("written", ["https://data.example/a@b", "info@data.example"])
def test_an_address_without_a_password_is_kept_as_it_was_written(written: str):
    assert remarks.read({"url": written}).values["url"] == written
