"""The lab's own certificate authority and server certificate, made once in its home and reused."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from iac.lab.access import write_private

YEARS = dt.timedelta(days=3650)
RENEW_BEFORE = dt.timedelta(days=30)
SIGNING = x509.KeyUsage(True, False, False, False, False, True, True, False, False)  # noqa: FBT003 - X.509 order
SERVING = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # noqa: FBT003 - X.509 order


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of the authority to trust, and of the server's chain and key."""

    ca: Path
    chain: Path
    key: Path


def certificates(home: Path) -> Certificates:
    """The lab's certificates for 127.0.0.1 and localhost; made where they are missing or near their end."""
    found = Certificates(home / "ca.pem", home / "server.pem", home / "server.key")
    if not _is_valid(found):
        _make(found)
    return found


def server_context(found: Certificates) -> ssl.SSLContext:
    """TLS 1.3 and nothing older: the least the provider accepts by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(found.chain, found.key)
    return context


def _is_valid(found: Certificates) -> bool:
    try:
        chain = x509.load_pem_x509_certificate(found.chain.read_bytes())
        return found.ca.exists() and found.key.exists() and chain.not_valid_after_utc > _now() + RENEW_BEFORE
    except (OSError, ValueError):
        return False


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _make(found: Certificates) -> None:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Threadform lab authority")])
    ca = _begin(ca_name, ca_name, ca_key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(SIGNING, critical=True)
    ca_identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = ca.add_extension(ca_identifier, critical=False)
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Threadform lab")])
    leaf = _leaf(_begin(leaf_name, ca_name, key), ca_identifier)
    _write_pem(found.key, key)
    found.chain.write_bytes(leaf.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    found.ca.write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    begun = begun.serial_number(x509.random_serial_number())
    return begun.not_valid_before(_now() - dt.timedelta(days=1)).not_valid_after(_now() + YEARS)


def _leaf(begun: x509.CertificateBuilder, authority: x509.SubjectKeyIdentifier) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    begun = begun.add_extension(names, critical=False).add_extension(SERVING, critical=True)
    begun = begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    begun = begun.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    # Without it OpenSSL's strict mode (Python 3.13) refuses the chain.
    identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority)
    return begun.add_extension(identifier, critical=False)


def _write_pem(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    write_private(path, pem.decode("ascii"))
