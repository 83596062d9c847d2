"""The files of certificate authorities that a file of sources names: where it names them, and whether they can be used here."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from catalogue.register.yaml_nodes import compose, line_of


class Authorities(NamedTuple):
    """One `ca_bundle` of a file of sources. line: where it stands; source: whose it is."""

    line: int
    source: str
    file: str


def authorities(content: bytes) -> Iterator[Authorities]:
    """Those that a file names which `sources_file.read_sources` could read."""
    for entry in _items(compose(content)):
        fields = {key.value: (key, value) for key, value in entry.value}
        if "ca_bundle" in fields:
            key, value = fields["ca_bundle"]
            yield Authorities(line_of(key), fields["id"][1].value.strip(), value.value.strip())


def unusable(file: Path) -> str | None:
    """Why a file holds no authorities that can be used on this machine; None where it does."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except OSError as error:  # ssl.SSLError is one
        return error.strerror or str(error)
    return None


def _items(root: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(root, yaml.MappingNode):
        for _, value in root.value:
            if isinstance(value, yaml.SequenceNode):
                yield from (item for item in value.value if isinstance(item, yaml.MappingNode))
