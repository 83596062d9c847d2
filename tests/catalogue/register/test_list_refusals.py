"""Files that are no list: refused in a sentence that says what to do."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest

from catalogue.errors import ListRefused
from catalogue.register import list_files, lists
from tests.catalogue.register.listing import LINK, listed, table
from tests.harvesters.test_sheets import far_cell, inflated, ods, workbook

# -- what is no list


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return file.getvalue()


def with_part(content: bytes, name: str) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"\xd0\xcf\x11\xe0")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
GOOD = workbook([["Title", "Link"], ["A", LINK]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (";;\n;;\n", "is empty|has no columns"),
        (workbook([]), "is empty"),
        ("<html><table><tr><td>Title</td></tr></table></html>", "web page or XML"),
        ("\ufeff  <!DOCTYPE html>", "web page or XML"),
        ('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "web page or XML"),
        ("<svg/>".encode("utf-16"), "web page or XML"),
        ("MIME-Version: 1.0\nX-Document-Type: Workbook", "web page or XML"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a document"),
        (b"junk\n%PDF-1.7\n", "is a document"),
        ("{\\rtf1\\ansi Title}", "is a document"),
        (zipped(word__document_DOT_xml=b"<w/>"), "is a document"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_DOT_xml=b"<x/>"), "is a document"),
        (OLE + "WordDocument".encode("utf-16-le"), "is a document"),
        (with_part(GOOD, "xl/vbaProject.bin"), "holds macros"),
        (with_part(GOOD, "xl/macrosheets/sheet1.xml"), "holds macros"),
        (with_part(ods(""), "Basic/Standard/Module1.xml"), "holds macros"),
        (OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"), "holds macros"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (OLE, "cannot be opened"),
        (GOOD[:2000], "cannot be opened"),
        (b"PK\x03\x04" + b"\0" * 50, "cannot be opened"),
        (inflated(300 << 20), "cannot be opened"),
        (far_cell(), "cannot be opened"),
        (zipped(data_DOT_csv=b"a,b"), "is a compressed file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a spreadsheet"),
        (gzip.compress(b"Title,Link\nA,https://data.xa.example\n", mtime=0), "is a compressed file"),
        (b"\x28\xb5\x2f\xfd" + bytes(range(256)), "is a compressed file"),
        (bz2.compress(b"Title,Link"), "is a compressed file"),
        (lzma.compress(b"Title,Link"), "is a compressed file"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a compressed file"),
        (";".join(f"C{n}" for n in range(501)) + "\n" + ";".join("x" * 501), "more columns or cells"),
        (bytes(range(256)) * 10, "not a spreadsheet"),
        ("Dear colleagues,\nplease find our list\nattached to this letter.\n", "has no columns"),
        ('Title,Link\n"' + "a" * (3 << 20), "cell of more|cannot be opened"),
        ("Title,Link\nA," + "a" * (3 << 20) + "\nB,x\n", "cell of more"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_a_sentence_with_what_to_do(tmp_path: Path, content: str | bytes, said: str):
    with pytest.raises(ListRefused, match=said) as raised:
        listed(tmp_path, content, "my list.xlsx")
    sentence = str(raised.value)
    assert sentence.startswith("“my list.xlsx” ")
    assert sentence.endswith(".")
    assert ";" in sentence


def test_limits_of_size_and_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = table(("Title", "Link"), *((f"A{n}", f"{LINK}/{n}") for n in range(20)))
    monkeypatch.setattr(lists, "MAX_ROWS", 20)
    assert len(listed(tmp_path, content).rows) == 20
    monkeypatch.setattr(lists, "MAX_ROWS", 19)
    with pytest.raises(ListRefused, match="more than 19 rows"):
        listed(tmp_path, content)
    monkeypatch.setattr(list_files, "MAX_BYTES", 100)
    with pytest.raises(ListRefused, match="is larger than"):
        listed(tmp_path, content)


def test_the_name_of_a_file_is_shown_harmlessly_and_short(tmp_path: Path):
    with pytest.raises(ListRefused) as raised:
        listed(tmp_path, b"", "a\n\u202eb" + "x" * 300)
    assert str(raised.value).startswith("“a bxxx")
    assert len(str(raised.value)) < 160
