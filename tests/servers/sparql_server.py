"""A real SPARQL server on loopback: rdflib-endpoint over the datasets of a sandbox portal."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import RdfFormat, serialize

from sandbox.dcat_graph import statements
from sandbox.portal import Portal
from tests.servers.environment import python_of

REQUIREMENTS = ("rdflib-endpoint==0.6.3", "uvicorn")

SERVE = """
import os, sys
import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
data = Dataset(default_union=True)
data.parse(sys.argv[1], format="nt")
app = SparqlEndpoint(graph=data, path="/sparql")
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        print("ready", flush=True)
Server(uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")).run()
"""


@contextmanager
def serving(folder: Path, portal: Portal) -> Iterator[str]:
    """The address of the endpoint, until the end of the block."""
    python = python_of("rdflib-endpoint", *REQUIREMENTS)
    file = folder / "datasets.nt"
    triples = [t for dataset in portal.datasets for t in statements(dataset, portal.catalogue, portal.url)]
    file.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-c", SERVE, str(file), str(port)], stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder
        )
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready, (folder / "log").read_text(encoding="utf-8")[-2000:]
            yield f"http://127.0.0.1:{port}/sparql"
        finally:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()
