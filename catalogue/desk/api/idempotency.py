"""The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a request that is sent twice is carried out once.

A program whose connection broke does not know whether its list was received. It sends it again with the same key, and gets
the answer that it missed.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from catalogue.desk.api.errors import ApiError
from catalogue.desk.api.mistakes import detail
from catalogue.desk.models import KeptAnswer
from catalogue.people.models import Token

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
"""Afterwards a key and its answer are deleted, and the key is a new one."""

SAID = (
    "up to 255 characters of ASCII in quotation marks, another one for each list: the same list sent again with it within 24 "
    "hours is answered as the first time, and submitted once"
)
"""For the OpenAPI document."""

AT_MOST = timedelta(minutes=5)
"""A request takes no longer (500 entries take seconds, an e-mail up to 20): the process of one that seems to has ended."""

ASK_AGAIN_SECONDS = 5
MAX_CHARS = 255
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
"""A string of RFC 8941, 3.3.3."""

_BARE = re.compile(r"[\x21\x23-\x7e]+")
"""As many programs send it: without quotation marks."""


class Answered(NamedTuple):
    """An answer: its body as plain values of JSON, and the language that it is in."""

    body: dict[str, object]
    language: str


def key_of(request: HttpRequest) -> str | None:
    """The key that was sent, None where none was. Raises ApiError for what is none."""
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    text = sent.strip()
    quoted = _STRING.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text if _BARE.fullmatch(text) else ""
    if not 1 <= len(key) <= MAX_CHARS:
        raise ApiError("invalid", more={"details": [detail(HEADER, "no-idempotency-key", {"limit": MAX_CHARS})]})
    return key


class Once:
    """One request with a key, from its first sight until its answer."""

    def __init__(self, request: HttpRequest, token: Token, key: str) -> None:
        self._token, self._key = token, key
        said = json.dumps(json.loads(request.body), sort_keys=True)
        self._digest = hashlib.sha256(f"{request.method} {request.path}\n{said}".encode()).hexdigest()
        self._row: KeptAnswer | None = None

    def begin(self) -> Answered | None:
        """The answer of the same request before this one; None where this one is to be carried out. Raises ApiError where
        the key was sent with another request, and where the first one is still being carried out."""
        forget_old()
        row, is_first = KeptAnswer.objects.get_or_create(
            token=self._token, key=self._key, defaults={"digest": self._digest, "begun": timezone.now()}
        )
        if not is_first and row.digest != self._digest:
            raise ApiError("key-reused")
        if not is_first and row.finished is None:
            row = self._of_a_process_that_ended(row)
        if row.answer is not None:
            return Answered(row.answer, row.language)
        self._row = row
        return None

    def _of_a_process_that_ended(self, row: KeptAnswer) -> KeptAnswer:
        """The row, taken over. What its list came to is in it: it is written in the same transaction. Raises ApiError where
        the first request may still be on its way."""
        now = timezone.now()
        late = KeptAnswer.objects.filter(pk=row.pk, finished=None, begun=row.begun, begun__lt=now - AT_MOST)
        if not late.update(begun=now):
            raise ApiError("in-progress", headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
        KeptAnswer.objects.filter(pk=row.pk, answer__isnull=False).update(finished=now)
        row.refresh_from_db()
        return row

    def keep(self, answer: Answered) -> None:
        """Keep the answer; to be called in the transaction of what was done."""
        KeptAnswer.objects.filter(pk=self._kept.pk).update(answer=answer.body, language=answer.language)

    def finish(self, answer: Answered) -> None:
        """Everything is done: from now on this is the answer."""
        KeptAnswer.objects.filter(pk=self._kept.pk).update(
            answer=answer.body, language=answer.language, finished=timezone.now()
        )

    def give_up(self) -> None:
        """Something failed. Where nothing was done, the key may be sent again, with a list that is mended; where it was, and
        only an e-mail failed, the answer stands."""
        row = KeptAnswer.objects.filter(pk=self._kept.pk)
        if not row.filter(answer__isnull=True).delete()[0]:
            row.update(finished=timezone.now())

    @property
    def _kept(self) -> KeptAnswer:
        if self._row is None:
            raise ValueError("`begin` comes first")
        return self._row


def once(request: HttpRequest, token: Token, carry_out: Callable[[Callable[[Answered], None]], Answered]) -> Answered:
    """What a request comes to, carried out once for its key; at each call where none was sent.

    carry_out: does it. It is given a function that is to be called, in the transaction of what it does, with the answer as
    far as it is known then. Raises what it raises; where nothing was done, the key is free again. Raises ApiError, see
    `key_of` and `Once.begin`.
    """
    key = key_of(request)
    if key is None:
        return carry_out(lambda _answer: None)
    request_once = Once(request, token, key)
    before = request_once.begin()
    if before is not None:
        return before
    try:
        answer = carry_out(request_once.keep)
    except BaseException:
        request_once.give_up()
        raise
    request_once.finish(answer)
    return answer


def forget_old() -> None:
    """Delete the keys whose time is over, with their answers."""
    KeptAnswer.objects.filter(begun__lt=timezone.now() - KEPT).delete()
