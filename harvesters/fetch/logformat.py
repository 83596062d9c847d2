"""Scrapy's log lines with URLs in their public form: no credentials, no tokens."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from harvesters.fetch.urls import public_url


class PublicLogFormatter(LogFormatter):
    """Scrapy's formatter; what it says of requests is shortened by `public_url`."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        return _public(super().crawled(request, response, spider), request)

    def spider_error(
        self, failure: Failure, request: Request, response: Response | Failure, spider: Spider
    ) -> LogFormatterResult:
        return _public(super().spider_error(failure, request, response, spider), request)

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        return _public(super().download_error(failure, request, spider, errmsg), request)


def _public(line: LogFormatterResult, request: Request) -> LogFormatterResult:
    arguments = line["args"]
    if isinstance(arguments, dict):
        shown: dict[str, Any] = {"request": f"<{request.method} {public_url(request.url)}>"}
        if "referer" in arguments:
            shown["referer"] = "(not told)"
        line["args"] = {**arguments, **shown}
    return line
