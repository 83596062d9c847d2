import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy import Request
from scrapy.http import Response

from harvesters.fetch.errors import SettingError, TlsFailed
from harvesters.fetch.policy import FetchPolicy
from harvesters.fetch.settings import scrapy_settings
from harvesters.fetch.tls import client_context
from tests.harvesters.fetch.servers import LOOPBACK, ONCE, fetch, http, peer, saying

NOW = datetime.now(UTC)


@dataclass
class Authority:
    """Signs certificates: one that signs itself, or one that another has signed."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _signed(
    common: str,
    issuer: Authority | None,
    *,
    authority: bool = False,
    names: Sequence[x509.GeneralName] = (),
    days: tuple[int, int] = (-10, 10),
) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(issuer.certificate.subject if issuer else _name(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Authority(key, builder.sign(signer, hashes.SHA256()))


ROOT = _signed("Root of a fictional State", None, authority=True)
INTERMEDIATE = _signed("Its intermediate", ROOT, authority=True)
HERE = (x509.IPAddress(ip_address("127.0.0.1")),)
ELSEWHERE = (x509.DNSName("other.example"),)


def _server(folder: Path, leaf: Authority, *chain: Authority) -> ssl.SSLContext:
    file = folder / "server.pem"
    key = leaf.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(key + leaf.pem + b"".join(one.pem for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _ask(server: ssl.SSLContext, ca_bundle: Path | None = None) -> Response:
    async def run() -> Response:
        async with peer(saying(http(b"catalogue")), server) as port:
            policy = FetchPolicy(allow_addresses=LOOPBACK, retries=ONCE, ca_bundle=ca_bundle)
            return await fetch(Request(f"https://127.0.0.1:{port}/"), policy)

    return asyncio.run(run())


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "root.pem"
    file.write_bytes(ROOT.pem)
    return file


@pytest.mark.parametrize(
    ("chain", "trusted", "says"),
    [
        ((_signed("expired", INTERMEDIATE, names=HERE, days=(-10, -1)), INTERMEDIATE), True, "has expired"),
        ((_signed("early", INTERMEDIATE, names=HERE, days=(1, 10)), INTERMEDIATE), True, "not valid yet"),
        ((_signed("own", None, names=HERE),), True, "self-signed"),
        ((_signed("elsewhere", INTERMEDIATE, names=ELSEWHERE), INTERMEDIATE), True, "another name than 127.0.0.1"),
        ((_signed("gap", INTERMEDIATE, names=HERE),), True, "intermediate certificate is missing"),
        ((_signed("private", INTERMEDIATE, names=HERE), INTERMEDIATE, ROOT), False, "not publicly trusted"),
    ],
    ids=["expired", "not-yet-valid", "self-signed", "wrong-host", "missing-intermediate", "unknown-authority"],
)
def test_a_refused_certificate_is_explained(
    chain: tuple[Authority, ...], trusted: bool, says: str, tmp_path: Path, bundle: Path
) -> None:
    with pytest.raises(TlsFailed, match=says) as caught:
        _ask(_server(tmp_path, *chain), bundle if trusted else None)
    assert caught.value.failure == "tls"
    assert caught.value.next_step
    assert not caught.value.retryable


def test_with_the_bundle_of_its_authority_a_portal_is_read(tmp_path: Path, bundle: Path) -> None:
    leaf = _signed("good", INTERMEDIATE, names=HERE)
    response = _ask(_server(tmp_path, leaf, INTERMEDIATE), bundle)
    assert response.body == b"catalogue"
    assert response.meta["fetched"].tls in {"TLSv1.2", "TLSv1.3"}


def test_a_missing_intermediate_may_stand_in_the_bundle(tmp_path: Path, bundle: Path) -> None:
    bundle.write_bytes(ROOT.pem + INTERMEDIATE.pem)
    assert _ask(_server(tmp_path, _signed("gap", INTERMEDIATE, names=HERE)), bundle).status == 200


def test_a_server_without_tls_is_told_as_such() -> None:
    async def run() -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await fetch(Request(f"https://127.0.0.1:{port}/"))

    with pytest.raises(TlsFailed, match="does not speak TLS"):
        asyncio.run(run())


def test_a_bundle_that_cannot_be_used_is_told_before_fetching(tmp_path: Path) -> None:
    absent, empty = tmp_path / "absent.pem", tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for file in (absent, empty):
        with pytest.raises(SettingError, match=file.name):
            scrapy_settings(FetchPolicy(ca_bundle=file))


def test_the_public_authorities_are_known() -> None:
    context = client_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50
