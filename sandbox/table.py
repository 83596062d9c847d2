"""A list of datasets as an office keeps it: a CSV file with semicolons, or a workbook, with the headers of its language.

Above the header stand the office's name and a blank row, as in real files.
"""

import csv
import io

import xlsxwriter

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FREQUENCIES, LICENCES
from sandbox.web import Reply, Request

HEADERS = {
    "ar": (
        "المعرف", "العنوان", "الوصف", "الجهة الناشرة", "الرابط", "رابط التحميل", "الترخيص", "دورية التحديث",
        "تاريخ النشر", "تاريخ التحديث", "الكلمات المفتاحية", "البريد الإلكتروني",
    ),
    "zh": (
        "编号", "数据集名称", "描述", "发布机构", "网址", "下载地址", "许可协议", "更新频率",
        "发布日期", "更新日期", "关键词", "电子邮件",
    ),
    "en": (
        "ID", "Title", "Description", "Publisher", "Web page", "Download link", "Licence", "Update frequency",
        "Published", "Last updated", "Keywords", "E-mail",
    ),
    "fr": (
        "Identifiant", "Titre", "Description", "Éditeur", "Page web", "Lien de téléchargement", "Licence",
        "Fréquence de mise à jour", "Date de publication", "Dernière mise à jour", "Mots-clés", "Courriel",
    ),
    "ru": (
        "Идентификатор", "Название", "Описание", "Ведомство", "Ссылка", "Ссылка для скачивания", "Лицензия",
        "Периодичность обновления", "Дата публикации", "Дата обновления", "Ключевые слова", "Электронная почта",
    ),
    "es": (
        "Identificador", "Título", "Descripción", "Organismo", "Enlace", "URL de descarga", "Licencia",
        "Frecuencia de actualización", "Fecha de publicación", "Última actualización", "Palabras clave",
        "Correo electrónico",
    ),
}  # fmt: skip
"""In the order of the columns; beside them one without a known header ("Room")."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Spreadsheet:
    """`/list.csv` in an encoding, and `/list.xlsx`. A row has one dataset and all its addresses, divided by line ends."""

    def __init__(self, encoding: str = "utf-8-sig", delimiter: str = ";") -> None:
        self._encoding = encoding
        self._delimiter = delimiter

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """One of the two files."""
        if request.path not in {"/list.csv", "/list.xlsx"}:
            return None
        language = catalogue.language
        rows = [[catalogue.titles[language]], [], [*HEADERS[language], "Room"]]
        rows += [render(dataset, language, request.address) for dataset in catalogue.datasets]
        if request.path == "/list.xlsx":
            return Reply(_workbook(rows), XLSX)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._delimiter).writerows(rows)
        return Reply(text.getvalue().encode(self._encoding), "text/csv")


def render(dataset: Dataset, language: str, address: str) -> list[str]:
    """A dataset as a row."""
    return [
        dataset.id or "",
        dataset.titles.get(language, ""),
        dataset.descriptions.get(language, ""),
        dataset.publisher.names[language],
        f"{address}/dataset/{dataset.name}",
        "\n".join(absolute(address, each.url) for each in dataset.distributions),
        LICENCES[dataset.licence].url if dataset.licence in LICENCES else "",
        FREQUENCIES[dataset.frequency].repeating if dataset.frequency else "",
        dataset.issued,
        dataset.modified,
        ", ".join(dataset.keywords.get(language, [])),
        dataset.publisher.mailbox,
        "12b",
    ]


def _workbook(rows: list[list[str]]) -> bytes:
    """The rows on the second sheet, behind one that says what the file is."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False}) as workbook:
        workbook.add_worksheet("Read me").write(0, 0, "This file lists our datasets.")
        sheet = workbook.add_worksheet("Datasets")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()
