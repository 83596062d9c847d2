"""Certificates that are not in order, of an authority of the sandbox's own."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.web import LOOPBACK

DAYS = 30
"""How long a certificate is good, from yesterday on; an expired one ended yesterday."""


class Signed:
    """A certificate and its key; an authority's, or a server's on loopback."""

    def __init__(self, common: str, issuer: "Signed | None", *, server: bool = False, expired: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
        signer = issuer or self
        yesterday = datetime.now(UTC) - timedelta(days=1)
        start = yesterday - timedelta(days=DAYS) if expired else yesterday
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(signer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=DAYS))
            .add_extension(x509.BasicConstraints(ca=not server, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
        )
        if server:
            here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))])
            builder = builder.add_extension(here, critical=False)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


AUTHORITY_FILE = "authority.pem"
"""Beside a server's file: the authority behind it, which a client may trust."""


def server_file(folder: Path, *, expired: bool) -> Path:
    """The PEM file of a server: expired with its whole chain, or else good without the intermediate certificate."""
    root = Signed("Authority of the sandbox", None)
    intermediate = Signed("Intermediate of the sandbox", root)
    leaf = Signed("Portal of the sandbox", intermediate, server=True, expired=expired)
    (folder / AUTHORITY_FILE).write_bytes(root.pem)
    file = folder / "server.pem"
    file.write_bytes(leaf.key_pem + leaf.pem + (intermediate.pem if expired else b""))
    return file
