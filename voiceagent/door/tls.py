"""TLS of both ends: server and device certificates, and the region they prove.

A region is proved by the name `urn:voiceagent:region:NAME` in the server's certificate,
signed by an authority that the device trusts; what a server says of itself proves
nothing.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from voiceagent.clock import wall
from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.store.files import private_folder, put

__all__ = [
    "client_context",
    "is_for_clients",
    "make_certificates",
    "proved_region",
    "read_again",
    "server_context",
]

REGION = "urn:voiceagent:region:"
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
"""What a key may be for, as certificates name it."""
DAYS = 397
"""How long a certificate holds: the longest that clients accept."""


def server_context(certificate: str, client_ca: str = "") -> ssl.SSLContext:
    """TLS 1.2 or later; `client_ca`: devices must prove themselves too. Raises
    `ConfigError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, certificate)
    if client_ca:
        _trust(context, client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def read_again(context: ssl.SSLContext, certificate: str, client_ca: str) -> None:
    """What comes in from now on is shown the certificate as it stands in its file now;
    authorities are added. Raises `ConfigError`, and then nothing has changed."""
    server_context(certificate, client_ca)
    _load(context, certificate)
    if client_ca:
        _trust(context, client_ca)


def is_for_clients(certificate: bytes | None) -> bool:
    """Whether a certificate (DER) was made to prove a client."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        found = x509.load_der_x509_certificate(certificate or b"")
        uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in uses


def client_context(ca_file: str = "", certificate: str = "") -> ssl.SSLContext:
    """What a device trusts, and how it proves itself. Raises `ConfigError`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _trust(context, ca_file)
    if certificate:
        _load(context, certificate)
    return context


def proved_region(certificate: Mapping[str, Any] | None) -> str:
    """The region in a peer's verified certificate; empty: none."""
    for kind, value in (certificate or {}).get("subjectAltName", ()):
        if kind == "URI" and str(value).startswith(REGION):
            return str(value).removeprefix(REGION)
    return ""


def _load(context: ssl.SSLContext, certificate: str) -> None:
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the certificate `{certificate}` cannot be used",
            cause=str(error),
            hint="a PEM file with the certificate and its key, such as "
            "`voiceagent token --certificates DIR` makes",
        ) from error


def _trust(context: ssl.SSLContext, authority: str) -> None:
    try:
        context.load_verify_locations(authority)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the authority `{authority}` cannot be used",
            cause=str(error),
            hint="a PEM file with the certificate of the authority",
        ) from error


def make_certificates(folder: Path, region: str, host: str) -> dict[str, Path]:
    """A private authority, a server's certificate that proves the region, and one for
    devices; the paths by `authority`, `server`, `device`.

    Raises `EngineMissing`, or `ConfigError` where the folder cannot be written.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    except ImportError as error:
        raise EngineMissing(
            "cryptography",
            install="pip install 'voiceagent[region]'",
            cause=str(error),
        ) from error

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def signed(
        subject: str, names: list[x509.GeneralName], use: x509.ObjectIdentifier | None
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key, authority = ec.generate_private_key(ec.SECP256R1()), use is None
        signer = key if authority else ca_key
        began = wall() - timedelta(minutes=5)
        issuer = name(subject) if authority else ca.subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(began)
            .not_valid_after(began + timedelta(days=DAYS))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        uses = dict.fromkeys(USES, False) | {
            "key_cert_sign": authority,
            "crl_sign": authority,
            "digital_signature": not authority,
        }
        builder = builder.add_extension(x509.KeyUsage(**uses), critical=True)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            signer.public_key()
        )
        for extension in (own, signed_by):
            builder = builder.add_extension(extension, critical=False)
        if use is not None:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names), critical=False
            ).add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        return builder.sign(signer, hashes.SHA256()), key

    def pem(
        certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | None
    ) -> bytes:
        shown = certificate.public_bytes(serialization.Encoding.PEM)
        if key is None:
            return shown
        return shown + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    ca, ca_key = signed("voiceagent private authority", [], None)
    address: x509.GeneralName = x509.DNSName(host)
    try:
        address = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    proof = x509.UniformResourceIdentifier(f"{REGION}{region}")
    of_server, of_client = (
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CLIENT_AUTH,
    )
    device: list[x509.GeneralName] = [x509.DNSName("device")]
    files = {
        "authority": pem(ca, None),
        "server": pem(*signed(host, [address, proof], of_server)),
        "device": pem(*signed("device", device, of_client)),
    }
    return _written(folder, files)


def _written(folder: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    paths = {kind: folder / f"{kind}.pem" for kind in files}
    try:
        private_folder(folder)
        for kind, path in paths.items():
            put(path, files[kind])  # one that was there may have been for all to read
    except OSError as error:
        raise ConfigError(f"`{folder}` cannot be written", cause=str(error)) from error
    return paths
