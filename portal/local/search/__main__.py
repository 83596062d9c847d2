"""Run the search server: `python -m portal.local.search --schema …/schema.xml --data search.sqlite --port 0`."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from portal.local.search import schema
from portal.local.search.engine import Engine
from portal.local.search.errors import SchemaError
from portal.local.search.server import SearchServer
from portal.local.search.store import Store


def main() -> int:
    """Serve until told to stop (SIGTERM, SIGINT)."""
    parser = argparse.ArgumentParser(
        prog="portal.local.search", description="A stand-in for Solr, to try CKAN out and to test."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: one that is free")
    parser.add_argument("--schema", type=Path, required=True, help="CKAN's schema.xml")
    parser.add_argument(
        "--data", default=":memory:", help="SQLite file that keeps the documents; without it they go with the process"
    )
    parser.add_argument("--password-file", type=Path, help="file with the password that user `ckan` must give")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    password = None if given.password_file is None else given.password_file.read_text().strip()
    try:
        store = Store(given.data)
        engine = Engine(schema.read(given.schema.read_bytes()), store)
    except SchemaError as error:
        logging.getLogger(__name__).error("%s", error)  # noqa: TRY400 - a sentence for a person, not a fault of ours
        return 1
    found = engine.load()
    with SearchServer(engine, given.port, password) as server:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        logging.getLogger(__name__).info(
            "search stand-in on http://127.0.0.1:%d with %d documents", server.server_port, found
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
        finally:
            store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
