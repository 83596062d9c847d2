"""The page of the API, made from its OpenAPI document. Imported once Django is set up."""

from typing import Any

from django.conf import settings

from catalogue.desk.api import rates
from catalogue.desk.api.around import PUBLIC_SECONDS
from catalogue.desk.api.errors import SENTENCES
from catalogue.desk.api.idempotency import KEPT
from catalogue.desk.api.inputs import MAX_ENTRIES
from catalogue.desk.api.mistakes import TEXTS
from catalogue.desk.api.paging import MAX_LIMIT
from catalogue.desk.api.urls import DESCRIPTION, PREFIX, document
from catalogue.register.life_cycle import Status

DESK = "https://desk.example"
"""Where the examples are; a name that nobody can have (RFC 2606)."""

Described = dict[str, Any]


def page() -> str:
    """The whole page."""
    made = document()
    tags: dict[str, list[str]] = {}
    for address, methods in made["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).extend(_operation(method, address, operation, made))
    lines = [
        "# The API",
        "",
        f"{DESCRIPTION} The OpenAPI document is at `{PREFIX}openapi.json`. This page is made from it by `make docs`.",
        "",
        *_keys(),
        *_general(),
        *_twice(),
        *_errors(),
    ]
    for tag, operations in tags.items():
        lines += [f"## {tag[0].upper()}{tag[1:]}", "", *operations]
    return "\n".join([*lines, *_shapes(made)]).rstrip() + "\n"


def _keys() -> list[str]:
    return [
        "## Keys",
        "",
        "What is published is read without a key. For the rest, a focal point or an officer makes a key on the page “My data”",
        "of the desk; it is shown once. It goes into the header `Authorization`, and nowhere else: cookies are not looked at.",
        "A key of a focal point is for that State alone, an officer's for every State. It may",
        "",
        "- `read`: the State's own register with drafts, and the State's sources that are not public;",
        "- `submit`: hand in lists, and check addresses.",
        "",
        "It ends when it is ended on that page, and when its owner's role ends. Where a key is for another State, the answer",
        "is 404, as for what is not there.",
        "",
        *_shell(
            f"curl '{DESK}{PREFIX}entries?state=XA&q=contracts'",
            f'curl -H "Authorization: Bearer $KEY" {DESK}{PREFIX}states/XA/register',
            'curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\',
            f"  --data @list.json '{DESK}{PREFIX}states/XA/submissions?dry_run=true&language=fr'",
        ),
        "`list.json`:",
        "",
        "```json",
        *_LIST.splitlines(),
        "```",
        "",
    ]


_LIST = """{
  "document": "Note verbale 1/2026",
  "received": "2026-01-31",
  "language": "en",
  "transmitted_by": "Permanent Mission of Xanadu",
  "consent": "publish",
  "entries": [
    {
      "kind": "source",
      "title": "Public contracts of Xanadu",
      "language": "en",
      "authority": "Ministry of Finance of Xanadu",
      "url": "https://contracts.xa.example",
      "articles": ["9(1)", "10"]
    }
  ]
}"""


def _general() -> list[str]:
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
    return [
        "## What holds for all",
        "",
        f"- Lists come in parts: `limit` (at most {MAX_LIMIT}) and `offset`; `count` is of the whole list.",
        "- Every answer that can be read has an `ETag`; sent back as `If-None-Match`, it is answered with 304 where nothing",
        f"  changed. What everybody reads may be kept for {PUBLIC_SECONDS} seconds. `Last-Modified` is told where it is known.",
        f"- Without a key {rates.ANONYMOUS.a_minute} requests a minute are answered for one address, with a key"
        f" {rates.TOKENS.a_minute}, and {rates.CHECKS.a_minute}",
        "  checks; then 429 with `Retry-After` in seconds.",
        f"- Only JSON is taken, up to {megabytes} MB and {MAX_ENTRIES} entries at once. A parameter or a field that is not",
        "  known is refused.",
        "- Sentences are in one of ar, zh, en, fr, ru, es: the one that `language` names where an operation takes it, else the",
        "  first of `Accept-Language`, else English. `Content-Language` says which; codes are the same in all.",
        "- Days are written as in 2026-01-31, times in UTC.",
        "",
        *_shell(f"curl -H 'If-None-Match: \"…\"' '{DESK}{PREFIX}changes?since=2026-01-31'"),
    ]


def _twice() -> list[str]:
    hours = round(KEPT.total_seconds() / 3600)
    return [
        "## Sending a list again",
        "",
        "Who does not know whether a list was received, since the connection broke, sends it again with the same",
        "`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), a string of the program's choice, such as a UUID.",
        "A list that was submitted with it is not submitted again, and the answer is that of the first time, for",
        f"{hours} hours; then key and answer are deleted. It is 422 `key-reused` where the list is another one, and 409",
        "`in-progress` while the first request is being carried out. Where nothing was submitted the key may be used again.",
        "It belongs to one key to the API: two programs may use the same. With `dry_run=true` it is not looked at.",
        "",
        *_shell(
            'curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\',
            """  -H 'Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"' \\""",
            f"  --data @list.json '{DESK}{PREFIX}states/XA/submissions'",
        ),
    ]


def _errors() -> list[str]:
    rows = [f"| {status} | `{code}` | {_sentence(text)} |" for code, (status, text) in SENTENCES.items()]
    return [
        "## When something cannot be done",
        "",
        'The answer is `{"error": code, "message": sentence}`; with `details` (`field`, `message`) where a request has',
        "mistakes, and with `entries` where those of a list have.",
        "",
        "| status | code | message |",
        "| --- | --- | --- |",
        *rows,
        "",
        "Under `details`:",
        "",
        "| code | message |",
        "| --- | --- |",
        *(f"| `{code}` | {str(text) % _NAMED} |" for code, text in TEXTS.items()),
        "",
    ]


_NAMED = {"limit": "…", "choices": "…"}
"""In place of what a sentence about a mistake names."""


def _sentence(text: object) -> str:
    return str(text) % {"scope": "submit", "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20}


def _operation(method: str, address: str, operation: Described, made: Described) -> list[str]:
    key = "A key is needed." if {} not in operation["security"] else ""
    lines = [f"### `{method.upper()} {address}`", "", f"{operation['description']} {key}".strip(), ""]
    lines += [_parameter(each) for each in operation["parameters"]]
    if body := operation.get("requestBody"):
        lines.append(f"- body: {_kind(body['content']['application/json']['schema'])}")
    for status, what in operation["responses"].items():
        shape = what["content"]["application/json"]["schema"]
        if not shape.get("$ref", "").endswith("/Error"):
            lines.append(f"- {status}: {_kind(shape)}")
    return [*lines, ""]


def _parameter(parameter: Described) -> str:
    schema = parameter["schema"]
    said = [parameter.get("description", ""), _bounds(schema)]
    return f"- `{parameter['name']}` ({parameter['in']}): " + "; ".join(text for text in said if text)


def _bounds(schema: Described) -> str:
    said = [_kind(schema)]
    if "minimum" in schema:
        said.append(f"from {schema['minimum']}" + (f" to {schema['maximum']}" if "maximum" in schema else ""))
    if "maxLength" in schema:
        said.append(f"up to {schema['maxLength']} characters")
    if schema.get("default") not in (None, ""):
        said.append(f"else {str(schema['default']).lower()}")
    return ", ".join(said)


def _shapes(made: Described) -> list[str]:
    """What is sent and answered, shape by shape; those that are only parameters stand with their operations."""
    lines = ["## Shapes", ""]
    used = str(made["paths"]) + str(made["components"]["schemas"])
    for name, schema in sorted(made["components"]["schemas"].items()):
        if f"/schemas/{name}'" not in used or "properties" not in schema:
            continue
        lines += [f"### {name}", "", " ".join(schema.get("description", "").split()), ""]
        needed = schema.get("required", [])
        for field, what in schema["properties"].items():
            more = what.get("description", "")
            lines.append(
                f"- `{field}`: {_bounds(what)}{'' if field in needed else ', may be absent'}{'; ' if more else ''}{more}"
            )
        lines.append("")
    return lines


def _kind(schema: Described) -> str:
    """A schema in a few words, with links to shapes."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})" if name != "Status" else _kind({"enum": Status.values})
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if isinstance(inner := schema.get("additionalProperties"), dict):
        return f"object of {_kind(inner)}"
    return str(schema.get("format") or {"string": "text"}.get(schema.get("type", ""), schema.get("type", "anything")))


def _shell(*lines: str) -> list[str]:
    return ["```sh", *lines, "```", ""]
