"""Dates, times, lists and the order of States in the six languages."""

from datetime import UTC, date, datetime

import pytest

from catalogue.desk import reading
from catalogue.states.dates import listed, long_date, long_moment
from catalogue.states.models import State

DAY = date(2026, 2, 3)
MOMENT = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "moment", "items"),
    [
        (
            "ar",
            "3\u00a0شباط/فبراير 2026",
            "28\u00a0تشرين\u00a0الثاني/نوفمبر 2026، الساعة 16:05 (بالتوقيت العالمي المنسق)",
            "a، b",
        ),
        ("zh", "2026年2月3日", "2026年11月28日16:05（协调世界时）", "a、b"),
        ("en", "3\u00a0February 2026", "28\u00a0November 2026, 16:05\u00a0UTC", "a, b"),
        ("fr", "3\u00a0février 2026", "28\u00a0novembre 2026, 16:05\u00a0UTC", "a, b"),
        ("ru", "3\u00a0февраля 2026\u202fг.", "28\u00a0ноября 2026\u202fг., 16:05\u00a0UTC", "a, b"),
        ("es", "3\u00a0de febrero de 2026", "28\u00a0de noviembre de 2026, 16:05\u00a0UTC", "a, b"),
    ],
)
def test_as_documents_write_them(language: str, day: str, moment: str, items: str):
    assert long_date(DAY, language) == day
    assert long_moment(MOMENT, language) == moment
    assert listed(["a", "b"], language) == items


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("ar", ["الأردن", "ألمانيا", "باكستان", "البرازيل", "تونس"]),
        ("zh", ["阿富汗", "德国", "法国", "斐济", "瑙鲁", "中国"]),
        ("en", ["Cabo Verde", "Côte d'Ivoire", "Czechia", "Eswatini"]),
        ("fr", ["Côte d'Ivoire", "Croatie", "Égypte", "Estonie", "Îles Salomon"]),
        ("ru", ["Зимбабве", "Израиль", "Италия", "Йемен", "Кабо-Верде"]),
        ("es", ["México", "Níger", "Nigeria", "Países Bajos"]),
    ],
)
def test_states_stand_in_the_order_that_readers_expect(language: str, names: list[str]):
    states = [State(code=f"X{n}", names={language: name, "en": name}) for n, name in enumerate(reversed(names))]
    assert [state.name(language) for state in reading.ordered(states, language)] == names
