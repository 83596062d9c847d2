"""Payloads of JKAN: the folder of a portal's repository, as GitHub's interface lists it, and three files of it alone."""

import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

FOLDER = "/repos/xa/portal/contents/_datasets"


def payloads(folder: Path) -> Iterator[Payload]:
    """The whole repository, and the sample."""
    archive = folder / "jkan/us-opendataphilly_jkan_md.tar.gz"
    with tarfile.open(archive) as tar:
        files = {
            Path(member.name).name: tar.extractfile(member).read()
            for member in tar
            if member.isfile() and "_datasets/" in member.name
        }
    yield Payload(str(archive.relative_to(folder)), "jkan", _serve(files), len(files))
    sample = {path.name: path.read_bytes() for path in sorted((folder / "jkan/sample").glob("*.md"))}
    yield Payload("jkan/sample", "jkan", _serve(sample), len(sample))


def _serve(files: dict[str, bytes]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        listed = [
            {"name": name, "path": f"_datasets/{name}", "download_url": f"{site.url}/raw/{name}"} for name in files
        ]
        site.routes[FOLDER] = lambda query: Reply(json.dumps(listed).encode())
        for name, content in files.items():
            site.routes[f"/raw/{name}"] = lambda query, b=content: Reply(b, headers={"Content-Type": "text/plain"})
        return f"{site.url}{FOLDER}"

    return serve
