"""How often a dataset changes: the EU authority's code and an ISO 8601 period, from codes, IRIs and words."""

import re
import unicodedata
from functools import lru_cache

import msgspec

from harvesters.values.text import clean_text

_PERIODS = {
    "CONT": None, "HOURLY": "PT1H", "DAILY": "P1D", "DAILY_2": "PT12H", "WEEKLY": "P1W", "WEEKLY_2": "P3.5D",
    "WEEKLY_3": "P0.33W", "BIWEEKLY": "P2W", "MONTHLY": "P1M", "MONTHLY_2": "P0.5M", "BIMONTHLY": "P2M",
    "QUARTERLY": "P3M", "ANNUAL_3": "P4M", "ANNUAL_2": "P6M", "ANNUAL": "P1Y", "BIENNIAL": "P2Y", "TRIENNIAL": "P3Y",
    "QUADRENNIAL": "P4Y", "QUINQUENNIAL": "P5Y", "DECENNIAL": "P10Y", "IRREG": None, "NEVER": None, "AS_NEEDED": None,
    "NOT_PLANNED": None, "UNKNOWN": None, "OTHER": None,
}  # fmt: skip
"""Codes of the EU frequency authority (publications.europa.eu/resource/authority/frequency), each with its period."""

_WORDS = {
    "CONT": "continuous continual continually cont realtime real-time tempo-real en-continu continuo continua непрерывно 实时 مستمر r/pt1s",
    "HOURLY": "hourly horaire por-hora ежечасно 每小时 كل-ساعة",
    "DAILY": "daily day quotidien quotidienne journalier diario diaria diariamente diária täglich taeglich giornaliera giornaliero ежедневно 每日 每天 يومي يوميا",
    "WEEKLY": "weekly week hebdomadaire semanal wöchentlich settimanale еженедельно 每周 أسبوعي أسبوعيا",
    "WEEKLY_2": "semiweekly", "WEEKLY_3": "threetimesaweek", "BIWEEKLY": "biweekly fortnightly",
    "MONTHLY": "monthly month mensuel mensuelle mensual mensal monatlich mensile ежемесячно 每月 شهري شهريا",
    "MONTHLY_2": "semimonthly quinzenal quincenal", "BIMONTHLY": "bimonthly bimestral bimestriel bimestrielle",
    "QUARTERLY": "quarterly quarter trimestriel trimestrielle trimestral vierteljährlich trimestrale ежеквартально 每季度 季度 ربع-سنوي فصلي",
    "ANNUAL_3": "threetimesayear cuatrimestral quadrimestral",
    "ANNUAL_2": "semiannual biannually half-yearly semestriel semestrielle semestral halbjährlich semestrale раз-в-полгода 每半年 半年 نصف-سنوي",
    "ANNUAL": "annual annually yearly year annuel annuelle anual anualmente jährlich jaehrlich annuale ежегодно 每年 年度 سنوي سنويا",
    "BIENNIAL": "biennial biennially bienal bisannuel", "TRIENNIAL": "triennial trienal triennal",
    "QUADRENNIAL": "quadrennial", "QUINQUENNIAL": "quinquennial quinquenal", "DECENNIAL": "decennial decenal",
    "IRREG": "irregular irregularly irreg irrégulier irrégulière irregolare eventual eventualmente ponctuelle ponctuel unregelmäßig нерегулярно 不定期 غير-منتظم",
    "NEVER": "never jamais nunca nie mai никогда 从不 أبدا", "AS_NEEDED": "asneeded as-needed by-demand on-demand sob-demanda bajo-demanda bedarf",
    "NOT_PLANNED": "notplanned not-planned", "UNKNOWN": "unknown inconnue desconocida desconhecida unbekannt неизвестно",
    "OTHER": "other",
}  # fmt: skip
_ISO = {
    "P1Y": "ANNUAL", "P12M": "ANNUAL", "P6M": "ANNUAL_2", "P0.5Y": "ANNUAL_2", "P4M": "ANNUAL_3", "P0.33Y": "ANNUAL_3",
    "P3M": "QUARTERLY", "P2M": "BIMONTHLY", "P0.33M": None, "P1M": "MONTHLY", "P0.5M": "MONTHLY_2", "P15D": "MONTHLY_2",
    "P2W": "BIWEEKLY", "P14D": "BIWEEKLY", "P1W": "WEEKLY", "P7D": "WEEKLY", "P3.5D": "WEEKLY_2", "P0.33W": "WEEKLY_3",
    "P1D": "DAILY", "PT12H": "DAILY_2", "PT1H": "HOURLY", "PT1S": "CONT", "P2Y": "BIENNIAL", "P3Y": "TRIENNIAL",
    "P4Y": "QUADRENNIAL", "P5Y": "QUINQUENNIAL", "P10Y": "DECENNIAL",
}  # fmt: skip
_REPEATED = re.compile(r"R?\d*/?(P(?:\d+(?:\.\d+)?[YMWD])?(?:T\d+(?:\.\d+)?[HMS])?)", re.I)


def _folded(text: str) -> str:
    text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\s_]+", "-", text.strip(" .;"))


CODES = {_folded(word): code for code, words in _WORDS.items() for word in words.split()}
CODES |= {_folded(code): code for code in _PERIODS}


class Frequency(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frequency as stated, the EU authority's code, and an ISO 8601 period; both None where not recognised."""

    text: str
    code: str | None = None
    period: str | None = None


def read_frequency(raw: object) -> Frequency | None:
    """A frequency; None where nothing is said."""
    text = clean_text(raw)
    return _read(text) if text is not None else None


@lru_cache(maxsize=2048)
def _read(text: str) -> Frequency:
    if (match := _REPEATED.fullmatch(text)) and len(match[1]) > 1:
        period = match[1].upper()
        return Frequency(text, _ISO.get(period), period)
    word = re.split(r"[/#:]", text.rstrip("/"))[-1] if "://" in text else text
    code = CODES.get(_folded(word)) or CODES.get(_folded(word).replace("-", ""))
    return Frequency(text, code, _PERIODS[code] if code else None)
