"""The log: sentences for people, or a JSON object a line for programs, with the source and the run that each line is about."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

FIELDS = ("source", "run", "state", "status")
"""What a line may be about; given as `extra` where it is logged."""


_SECRET = re.compile(r"(/invitation/)[^/\s]+")


class WithoutSecrets(logging.Filter):
    """Takes the secret of an invitation out of the addresses of pages, which Django logs where it refuses one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true."""
        message = record.getMessage()
        if _SECRET.search(message):
            record.msg, record.args = _SECRET.sub(r"\1…", message), ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the `FIELDS` that it has, and a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def begin() -> None:
    """Log to standard error, as CATALOGUE_LOG_FORMAT says; the rest of Python's loggers from warnings on."""
    from catalogue.settings import CONFIGURATION

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(WithoutSecrets())
    handler.setFormatter(
        JsonLines() if CONFIGURATION.log_format == "json" else logging.Formatter("%(asctime)s %(message)s")
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("catalogue").setLevel(logging.INFO if CONFIGURATION.log_format == "json" else logging.WARNING)


def say_all() -> None:
    """Log what goes on too, for commands that run unwatched."""
    logging.getLogger("catalogue").setLevel(logging.INFO)
