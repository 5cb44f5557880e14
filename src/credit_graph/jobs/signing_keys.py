"""The keys that sign releases (签名密钥) in the data directory: HOME/releases/keys.jsonl and HOME/releases/private.

A private key stands in a file of its own (PEM, 0600) or comes from the environment. It is in no log, no error and no
backup of the graph.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from credit_graph.errors import InputError, StateError
from credit_graph.lists.editions.keys import FILE, Key, KeyHistory
from credit_graph.lists.editions.signatures import Signer, public_pem, read_public
from credit_graph.settings import settings
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.text import joined, t

FOLDER = "releases"


def history_path(home: Path) -> Path:
    """Where the history lies."""
    return home / FOLDER / FILE


def history(home: Path) -> KeyHistory:
    """The keys of this installation, none where there is no file. Raises ``InputError("input.keys_invalid")``."""
    path = history_path(home)
    return read_history(path) if path.exists() else KeyHistory()


def read_history(path: Path) -> KeyHistory:
    """The history in a file; raises ``InputError``: not_found, no_permission, keys_invalid."""
    return KeyHistory.read(file_bytes(path), str(path))


def bureau_signer(home: Path, day: date) -> Signer:
    """The bureau's private key for a day: that of the environment, else the newest here.

    Raises ``StateError``: ``state.no_signing_key``, ``state.key_open``.
    """
    return _signer(home, day, history(home).valid_keys("bureau", day))


def signer_from(path: Path) -> Signer:
    """The private key in a file.

    Raises ``InputError`` (not_found, no_permission, not_a_key), ``StateError("state.key_open")`` where others may
    read it.
    """
    data = file_bytes(path)
    if os.name != "nt" and path.stat().st_mode & 0o077:
        raise StateError("state.key_open", path=path)
    try:
        return Signer.read(data)
    except ValueError:
        raise _no_key(path, t("私钥", "private key")) from None


def public_from(path: Path) -> bytes:
    """The raw public key in a file (PEM). Raises ``InputError``: not_found, no_permission, not_a_key."""
    try:
        return read_public(file_bytes(path))
    except ValueError:
        raise _no_key(path, t("公钥", "public key")) from None


def new_bureau_key(
    home: Path, owner: str, day: date, *, until: date | None = None, out: Path | None = None, restart: bool = False
) -> Key:
    """Make a key of the bureau, valid from the day, on which the former ends.

    ``out``: where its private half goes, for an installation that gets it from the environment. ``restart``: the
    private keys are lost, so the history begins anew with this key (:meth:`KeyHistory.begun_anew`); the old file is
    kept beside. Raises ``StateError``: ``state.no_signing_key`` where no private key of the bureau is here that could
    sign for the new one, ``state.not_lost`` where one is that a restart would pass over, ``state.exists``,
    ``state.cannot_write``.
    """
    with _locked(home):
        before, made = history(home), Signer.new()
        if restart:
            _refuse_if_there(home, day)
            after = before.begun_anew(owner, day, made, valid_to=until)
        else:
            vouching = bureau_signer(home, day) if before.lines else made
            after = before.add(made.public, owner, "bureau", day, vouching, day=day, valid_to=until)
        private_folder(home / FOLDER / "private")
        _write_private(out or private_path(home, made.key_id), made)
        if restart:
            write_whole(history_path(home).with_name(f"keys-before-{made.key_id}.jsonl"), before.as_bytes())
        write_whole(history_path(home), after.as_bytes())
    return after.key(made.key_id)


def _refuse_if_there(home: Path, day: date) -> None:
    try:
        there = bureau_signer(home, day)
    except StateError as error:
        if error.code == "state.no_signing_key":
            return
        raise
    raise StateError("state.not_lost", key=there.key_id)


def new_pair(path: Path) -> Signer:
    """Make a department's key pair: the private file (0600), and ``FILE.pub`` to send to the bureau.

    Raises ``StateError``: ``state.exists``, ``state.cannot_write``.
    """
    made, public = Signer.new(), path.with_name(path.name + ".pub")
    if public.exists():
        raise StateError("state.exists", path=public)
    _write_private(path, made)
    write_whole(public, public_pem(made.public), 0o644)
    return made


def add_department(home: Path, public: bytes, department: str, day: date, *, until: date | None = None) -> Key:
    """Enter a department's public key, valid from the day, on which its former ends.

    Raises ``StateError("state.no_signing_key")``, ``InputError("input.keys_invalid")`` where the key is known already.
    """
    with _locked(home):
        before = history(home)
        signer = _signer(home, day, before.valid_keys("bureau", day))
        after = before.add(public, department, "department", day, signer, day=day, valid_to=until)
        write_whole(history_path(home), after.as_bytes())
    return after.keys[-1]


def revoke(home: Path, key: str, on: date, why: str, day: date) -> tuple[Key, list[Key]]:
    """Revoke a key from the day ``on``; also the keys that it vouched for since then, which may be somebody else's.

    Raises ``InputError`` (signature: no such key; keys_invalid: revoked already), ``StateError`` (no_signing_key,
    only_key).
    """
    with _locked(home):
        before = history(home)
        gone = before.key(key)
        others = [other for other in before.valid_keys("bureau", day) if other.id != key]
        if gone.role == "bureau" and not others:
            raise StateError("state.only_key", key=key)
        after = before.revoke(key, on, why, _signer(home, day, others), day=day)
        write_whole(history_path(home), after.as_bytes())
    return after.key(key), after.vouched_by(key, on)


def _signer(home: Path, day: date, keys: list[Key]) -> Signer:
    """The private half of one of these keys: that of the environment, else the first that is here."""
    given, known = _from_environment(), {key.id for key in keys}
    if given is not None and given.key_id in known:
        return given
    for key in keys:
        path = private_path(home, key.id)
        if path.exists():
            return signer_from(path)
    zh, en = "还没有有效的密钥", "there is no valid key"
    if keys:
        zh, en = (
            f"有效的密钥 {joined(known)}，但私钥不在此处",
            f"{joined(known)} would do, but its private half is not here",
        )
    elif given is not None:
        zh, en = f"环境变量中的密钥 {given.key_id} 无效", f"the key {given.key_id} of the environment is not valid"
    raise StateError("state.no_signing_key", day=day, why=t(zh, en))


def is_here(home: Path, key: str) -> bool:
    """Whether the private half of a key lies in the data directory."""
    return private_path(home, key).exists()


def private_path(home: Path, key: str) -> Path:
    """Where the private half of a key lies, unless it is elsewhere."""
    return home / FOLDER / "private" / f"{key}.pem"


def _from_environment() -> Signer | None:
    found = settings()
    if found.signing_key_file is not None:
        return signer_from(found.signing_key_file)
    if found.signing_key is None:
        return None
    try:
        return Signer.read(found.signing_key.get_secret_value().encode())
    except ValueError:
        raise _no_key("CREDIT_GRAPH_SIGNING_KEY", t("私钥", "private key")) from None


def _write_private(path: Path, signer: Signer) -> None:
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(signer.as_pem())
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise StateError("state.exists", path=path) from None
    except OSError as error:
        raise StateError("state.cannot_write", path=path, why=error.strerror or type(error).__name__) from None


def _locked(home: Path) -> AbstractContextManager[object]:
    private_folder(home)
    return lock_file(private_folder(home / FOLDER) / "keys.lock").acquire()


def file_bytes(path: Path) -> bytes:
    """What is in the file; raises ``InputError``: not_found, no_permission, damaged."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("input.not_found", path=path) from None
    except PermissionError:
        raise InputError("input.no_permission", path=path) from None
    except OSError as error:
        raise InputError("input.damaged", path=path, why=error.strerror) from None


def _no_key(path: Path | str, kind: str) -> InputError:
    return InputError("input.not_a_key", path=path, kind=kind)
