"""The sealed copy of the installation secret: one JSON file, opened by a passphrase.

AES-256-GCM under a key that scrypt (RFC 7914) makes of the passphrase. All that stands beside the sealed part is
authenticated with it, so that nobody can weaken the parameters of a copy.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from credit_graph import clock
from credit_graph.errors import InputError, StateError
from credit_graph.model.chain import LINK, links
from credit_graph.store import secret as secret_file
from credit_graph.text import t

FORMAT = "credit_graph secret"
VERSION = 1
COST = 2**17  # with r = 8: 128 MB and some tenths of a second for each guess
LARGEST_COST = 2**20  # a forged file must not take the memory of the machine
_R, _P, _KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 8, 1, 32, 16, 12


def export(secret: bytes, path: Path, passphrase: str) -> None:
    """Write the sealed copy (0600). Raises ``StateError``: ``state.exists`` and ``state.cannot_write``."""
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {"name": "scrypt", "n": COST, "r": _R, "p": _P, "salt": _text(salt)},
        "cipher": {"name": "AES-256-GCM", "nonce": _text(nonce)},
        "links": len(links(secret)),
        "check": secret_file.check_value(secret),
        "made_on": clock.today().isoformat(),
    }
    sealed = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, secret, _bytes(head))
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps({**head, "sealed": _text(sealed)}, indent=1).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise StateError("state.exists", path=path) from None
    except OSError as error:
        raise StateError("state.cannot_write", path=path, why=error.strerror or type(error).__name__) from None


def open_sealed(path: Path, passphrase: str) -> bytes:
    """The secret in a sealed copy.

    Raises ``InputError``: ``not_found``, ``no_permission``, ``not_a_secret``; ``passphrase`` where it is wrong.
    """
    head = _read(path)
    try:
        sealed, salt = _from_text(head.pop("sealed")), _from_text(head["kdf"]["salt"])
        nonce, cost = _from_text(head["cipher"]["nonce"]), int(head["kdf"]["n"])
        known = (head["kdf"]["name"], head["kdf"]["r"], head["kdf"]["p"], head["cipher"]["name"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise _no_copy(path, t("缺少内容", "it is not whole")) from None
    if known != ("scrypt", _R, _P, "AES-256-GCM") or not 2**10 <= cost <= LARGEST_COST or cost & (cost - 1):
        raise _no_copy(path, t("加密参数不受支持", "its parameters are not supported"))
    try:
        secret = AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, sealed, _bytes(head))
    except (InvalidTag, ValueError):
        raise InputError("input.passphrase", path=path) from None
    if not secret or len(secret) % LINK:
        raise _no_copy(path, t("密钥长度不对", "its secret has no proper length"))
    return secret


def _read(path: Path) -> dict[str, Any]:
    try:
        head = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError("input.not_found", path=path) from None
    except PermissionError:
        raise InputError("input.no_permission", path=path) from None
    except (OSError, ValueError):
        raise _no_copy(path, t("无法读取", "it can't be read")) from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise _no_copy(path, t("不是本程序的文件", "it was not made by this program"))
    if head.get("version") != VERSION:
        raise _no_copy(path, t("版本未知，请升级程序", "its version is unknown: upgrade the program"))
    return head


def _no_copy(path: Path, why: str) -> InputError:
    return InputError("input.not_a_secret", path=path, why=why)


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=_R, p=_P).derive(passphrase.encode())


def _bytes(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
