"""TLS on this machine without a proxy: an authority of our own under SAFELIGHT_DATA/tls, and what it signs.

Clients that make files of outputs do so for https addresses alone, so a guide that runs on a laptop needs TLS. The
authority may speak for the site's own names and no others, so whoever trusts it risks nothing else.
"""

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALWAYS = ("localhost", "127.0.0.1", "::1")
AUTHORITY_FOR = timedelta(days=5 * 365)
SITE_FOR = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
CLOCKS_APART = timedelta(hours=1)

USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

Key = ec.EllipticCurvePrivateKey
Name = x509.DNSName | x509.IPAddress


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: `authority` is what clients are told to trust, `site` and `key` are the server's own."""

    authority: Path
    site: Path
    key: Path


def certificates(folder: Path, hosts: Iterable[str], *, now: datetime | None = None) -> Certificates:
    """Those of the folder, made where they are missing, too old, or of other names than `hosts`."""
    now = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = Certificates(folder / "ca.pem", folder / "site.pem", folder / "site.key")
    names = _names([*ALWAYS, *hosts])
    authority = _Issuer.of(found.authority, folder / "ca.key", names, now)
    if not _is_good(found.site, names, now, by=authority):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(found.key, _private(key))
        _write(found.site, _pem(_signed(authority, key, names, now)))
    return found


def context(found: Certificates) -> Any:
    """For server.open."""
    from twisted.internet.ssl import CertificateOptions, PrivateCertificate, TLSVersion

    both = found.site.read_bytes() + found.key.read_bytes()
    pair = PrivateCertificate.loadPEM(both)
    return CertificateOptions(
        privateKey=pair.privateKey.original,
        certificate=pair.original,
        raiseMinimumTo=TLSVersion.TLSv1_2,
        acceptableProtocols=[b"http/1.1"],
    )


@dataclass(frozen=True, slots=True)
class _Issuer:
    certificate: x509.Certificate
    key: Key

    @classmethod
    def of(cls, path: Path, key_path: Path, names: Sequence[Name], now: datetime) -> "_Issuer":
        """The authority of the folder; another one where it is old, or may not speak for all the names."""
        try:
            known = x509.load_pem_x509_certificate(path.read_bytes())
            key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
            is_good = _is_in_time(known, now) and _may_speak_for(known, names)
            if isinstance(key, Key) and key.public_key() == known.public_key() and is_good:
                return cls(known, key)
        except (OSError, ValueError):
            pass  # there is none, or what there is cannot be read
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _authority(key, names, now)
        _write(key_path, _private(key))
        _write(path, _pem(certificate))
        return cls(certificate, key)


def _names(hosts: Iterable[str]) -> list[Name]:
    """Of hosts as SAFELIGHT_HOSTS lists them; what is no single name is left out."""
    found: dict[str, Name] = {}
    for host in hosts:
        bare = host.strip("[]").lower()
        try:
            found[bare] = x509.IPAddress(ipaddress.ip_address(bare))
        except ValueError:
            if bare and not set("*/: ") & set(bare) and not bare.startswith(".") and bare.isascii():
                found[bare] = x509.DNSName(bare)
    return list(found.values())


def _authority(key: Key, names: Sequence[Name], now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Safelight on this machine")])
    usage = {field: field in {"key_cert_sign", "crl_sign"} for field in USES}
    builder = _builder(name, name, key, now, AUTHORITY_FOR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    builder = builder.add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
    return builder.sign(key, hashes.SHA256())


def _permitted(names: Sequence[Name]) -> list[x509.GeneralName]:
    """The names as constraints have them: an address is a network of one."""
    return [
        x509.IPAddress(ipaddress.ip_network(str(name.value))) if isinstance(name, x509.IPAddress) else name
        for name in names
    ]


def _signed(issuer: _Issuer, key: Key, names: Sequence[Name], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    usage = {field: field == "digital_signature" for field in USES}
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = _builder(subject, issuer.certificate.subject, key, now, SITE_FOR)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    builder = builder.add_extension(purpose, critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    from_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(from_issuer, critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, term: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_APART)
        .not_valid_after(now + term)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _is_good(path: Path, names: Sequence[Name], now: datetime, *, by: _Issuer) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        found.verify_directly_issued_by(by.certificate)
        key = serialization.load_pem_private_key(path.with_suffix(".key").read_bytes(), password=None)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return key.public_key() == found.public_key() and _is_in_time(found, now) and set(known) == set(names)


def _is_in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWED_BEFORE


def _may_speak_for(certificate: x509.Certificate, names: Sequence[Name]) -> bool:
    try:
        permitted = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return False
    return set(_permitted(names)) <= set(permitted.permitted_subtrees or ())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and for this user alone."""
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    aside.replace(path)
