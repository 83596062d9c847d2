"""The files behind the distributions: a small table of invented rows in each format, the same bytes every time."""

import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from xml.sax.saxutils import escape

ROWS = 12
COLUMNS = ("number", "body", "amount", "year")
ZIP_TIME = (2025, 6, 30, 0, 0, 0)
"""Of every member of an archive: the clock must not show in the bytes."""

Rows = list[tuple[int, str, int, int]]

_OOXML = "http://schemas.openxmlformats.org"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def render(label: str, name: str) -> bytes:
    """The file of a dataset in one of the formats of `vocabulary.FORMATS`. Raises KeyError for another."""
    return _WRITERS[label](_rows(name))


def _rows(name: str) -> Rows:
    chance = Random(name)  # noqa: S311 (plausible variety, no secret)
    return [
        (number, f"Office {chance.randrange(1, 40)}", chance.randrange(100, 900_000), chance.randrange(2018, 2026))
        for number in range(1, ROWS + 1)
    ]


def _csv(rows: Rows) -> bytes:
    return "".join(",".join(map(str, row)) + "\r\n" for row in (COLUMNS, *rows)).encode()


def _json(rows: Rows) -> bytes:
    return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], indent=1).encode()


def _xml(rows: Rows) -> bytes:
    lines = ("".join(f"<{c}>{escape(str(v))}</{c}>" for c, v in zip(COLUMNS, row, strict=True)) for row in rows)
    records = "".join(f"<record>{line}</record>" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<records>{records}</records>'.encode()


def _html(rows: Rows) -> bytes:
    lines = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in (COLUMNS, *rows))
    return f'<!doctype html><meta charset="utf-8"><title>Table</title><table>{lines}</table>'.encode()


def _zip(rows: Rows) -> bytes:
    return _archive({"data.csv": _csv(rows)})


def _xlsx(rows: Rows) -> bytes:
    """A workbook of one sheet (ECMA-376, Office Open XML), with texts inline."""
    lines = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>' for value in row) + "</row>"
        for row in (COLUMNS, *rows)
    )
    main, relations = f"{_OOXML}/spreadsheetml/2006/main", f"{_OOXML}/package/2006/relationships"
    office = f"{_OOXML}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_OOXML}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="sheet.xml"/></Relationships>',
        "xl/sheet.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
    }
    return _archive({name: f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode() for name, text in parts.items()})


def _archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), content)
    return out.getvalue()


def _pdf(rows: Rows) -> bytes:
    """One page of text (ISO 32000-1)."""
    lines = " T* ".join(f"({'   '.join(map(str, row))}) Tj" for row in rows)
    stream = f"BT /F1 12 Tf 14 TL 60 780 Td {lines} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    return f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}{tail}".encode()


_WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "CSV": _csv,
    "JSON": _json,
    "API": _json,
    "XML": _xml,
    "HTML": _html,
    "ZIP": _zip,
    "XLSX": _xlsx,
    "PDF": _pdf,
}
