"""A CKAN of any size for benchmarks: datasets of about 4 kB with three resources, encoded once and served page by page.

`python -m benchmarks.portal COUNT` prints its port and serves until its standard input closes.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

RECORD_BYTES = 4_000
NUMBER = "0000000000"


def template() -> bytes:
    """A dataset whose every occurrence of NUMBER is to be replaced by its own."""
    record = {
        "id": f"{NUMBER}-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
        "name": f"contracts-{NUMBER}",
        "title": f"Public contracts {NUMBER}",
        "notes": "",
        "license_id": "cc-by-4.0",
        "metadata_created": "2024-01-01T00:00:00.000001",
        "metadata_modified": "2025-01-01T00:00:00.000001",
        "organization": {"id": "o", "name": "o", "title": "Procurement Authority"},
        "tags": [{"name": name, "display_name": name} for name in ("procurement", "contracts", "tenders")],
        "extras": [{"key": f"key-{n}", "value": f"value {n} of {NUMBER}"} for n in range(12)],
        "resources": [
            {
                "id": f"{NUMBER}-{n}", "name": f"Part {n}", "format": "CSV", "mimetype": "text/csv", "size": 1000 + n,
                "url": f"https://data.xa.example/{NUMBER}/{n}.csv", "created": "2024-01-01T00:00:00.000001",
            }
            for n in range(3)
        ],
    }  # fmt: skip
    record["notes"] = "Contracts awarded by public bodies. " * ((RECORD_BYTES - len(json.dumps(record))) // 36)
    return json.dumps(record).encode()


def serve(count: int) -> ThreadingHTTPServer:
    """The server, on a port of the system's choice."""
    pieces = template().split(NUMBER.encode())

    def page(start: int, rows: int) -> bytes:
        members = b",".join((b"%010d" % n).join(pieces) for n in range(start, min(start + rows, count)))
        return b'{"help":"","success":true,"result":{"count":%d,"results":[%s]}}' % (count, members)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            found = parts.path == "/api/3/action/package_search"
            body = page(int(query["start"]), int(query["rows"])) if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    server = serve(int(sys.argv[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
