"""Ed25519 signatures of releases (RFC 8032): who signs, what is signed, and how public keys are written.

What is signed is ``credit_graph/KIND``, the day and the file, each after a line feed: a signature of one kind is none
of another, and its day can't be changed. docs/verifying.md shows how to check one with openssl.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import date

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_pem_public_key,
)

from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.strict import strict_file

KINDS = ("head", "index", "approval", "key")
KEY_BYTES, SIGNATURE_BYTES = 32, 64
_ID_DIGITS = 16
_SPKI = bytes.fromhex("302a300506032b6570032100")  # what stands before the key in a SubjectPublicKeyInfo (RFC 8410)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a ``.sig`` file says: by which key, and on which day."""

    key: str
    signature: bytes
    signed_on: date

    @staticmethod
    def read(data: bytes) -> Signature:
        """The signature in a ``.sig`` file; ``ValueError`` where a byte is not as :meth:`Signer.sign` writes it."""
        said = strict_file(data)
        if set(said) != {"key", "signature", "signed_on"} or not isinstance(said["key"], str):
            raise ValueError("not the parts of a signature")
        return Signature(said["key"], unbase64(said["signature"], SIGNATURE_BYTES), iso_day(said["signed_on"]))

    def of(self, public: bytes, kind: str, data: bytes) -> bool:
        """Whether the key with these raw bytes made it over the data."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, signed(kind, self.signed_on, data))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, which no text of the object shows. ``key_id``: :func:`key_id` of its public key."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)

    @staticmethod
    def new() -> Signer:
        """A new key pair."""
        return Signer.of(Ed25519PrivateKey.generate())

    @staticmethod
    def of(private: Ed25519PrivateKey) -> Signer:
        """The signer that has this private key."""
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Signer(key_id(raw), private)

    @staticmethod
    def read(text: bytes) -> Signer:
        """From PKCS #8 without a passphrase: PEM, or the base64 line of a PEM alone. ``ValueError``: it is none."""
        try:
            if b"-----" in text:
                private = load_pem_private_key(text.replace(b"\\n", b"\n"), None)
            else:
                private = load_der_private_key(base64.b64decode(text.strip(), validate=True), None)
        except (TypeError, ValueError, UnsupportedAlgorithm):  # TypeError: it is sealed by a passphrase
            raise ValueError("no private key") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("no Ed25519 key")
        return Signer.of(private)

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def as_pem(self) -> bytes:
        """The private key as PKCS #8 in PEM."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def raw(self, kind: str, data: bytes, day: date) -> bytes:
        """The signature alone, 64 bytes."""
        return self.private.sign(signed(kind, day, data))

    def sign(self, kind: str, data: bytes, day: date) -> bytes:
        """The bytes of a ``.sig`` file over a file's bytes. Whether the key is valid on the day the history tells."""
        said = {"key": self.key_id, "signature": as_base64(self.raw(kind, data, day)), "signed_on": day.isoformat()}
        return canonical(said) + b"\n"


def signed(kind: str, day: date, data: bytes) -> bytes:
    """The bytes over which a signature is made. ``KeyError``: a kind that is none of ``KINDS``."""
    if kind not in KINDS:
        raise KeyError(kind)
    return f"credit_graph/{kind}\n{day.isoformat()}\n".encode() + data


def key_id(public: bytes) -> str:
    """The short name of a key: the first 16 hex digits of its fingerprint."""
    return fingerprint(public)[:_ID_DIGITS]


def fingerprint(public: bytes) -> str:
    """64 hex digits to compare a key by: SHA-256 of its 32 raw bytes."""
    return sha256(public)


def public_pem(public: bytes) -> bytes:
    """A public key as openssl reads it."""
    return f"-----BEGIN PUBLIC KEY-----\n{as_spki(public)}\n-----END PUBLIC KEY-----\n".encode()


def read_public(text: bytes) -> bytes:
    """The raw public key of a PEM file; ``ValueError``: it is none, or of another algorithm."""
    try:
        key = load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def as_spki(public: bytes) -> str:
    """The line between BEGIN and END of the PEM."""
    return as_base64(_SPKI + public)


def from_spki(text: object) -> bytes:
    """The raw key of such a line; ``ValueError`` for any other."""
    found = unbase64(text, len(_SPKI) + KEY_BYTES)
    if not found.startswith(_SPKI):
        raise ValueError("no Ed25519 key")
    return found.removeprefix(_SPKI)


def as_base64(data: bytes) -> str:
    """Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def unbase64(text: object, length: int) -> bytes:
    """So many bytes; ``ValueError`` where the text is not the one way to write them."""
    try:
        found = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        raise ValueError("no base64") from None
    if len(found) != length or as_base64(found) != text:
        raise ValueError("no base64 of that length, or not canonical")
    return found


def iso_day(text: object) -> date:
    """A day as YYYY-MM-DD; ``ValueError`` for other ways to write one."""
    found = date.fromisoformat(text) if isinstance(text, str) else None
    if found is None or found.isoformat() != text:
        raise ValueError("no day")
    return found
