"""The history of the keys that sign releases (公钥历史): which key was whose, from when to when, and what was revoked.

``keys.jsonl`` holds one canonical line for each key added or revoked. A line names the hash of the line before and is
signed by a key of the bureau that was valid on its day by the lines before; the first is signed by the key that it
adds. So who trusts the first key can follow all others. Lines are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from credit_graph.errors import InputError
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.signatures import (
    SIGNATURE_BYTES,
    Signature,
    Signer,
    as_base64,
    as_spki,
    fingerprint,
    from_spki,
    iso_day,
    key_id,
    unbase64,
)
from credit_graph.lists.editions.strict import strict
from credit_graph.text import t

Role = Literal["bureau", "department"]
FILE = "keys.jsonl"
START = "0" * 64  # what the first line names as the hash before it
_COMMON = {"action", "day", "key", "previous", "signature", "signed_by"}
_PARTS = {
    "add": _COMMON | {"owner", "public", "role", "valid_from", "valid_to"},
    "revoke": _COMMON | {"from", "why"},
}
_LONGEST = 200  # characters of an owner's name or a reason


@dataclass(frozen=True, slots=True)
class Key:
    """A public key. ``ends``: its last day, if it has one: its own, or the first day of the owner's next key.

    ``revoked``: the first day on which it counts no more, also backwards. The bureau (role ``bureau``) counts as one
    owner, whatever it was called.
    """

    id: str
    public: bytes
    owner: str
    role: Role
    valid_from: date
    ends: date | None = None
    revoked: date | None = None
    why: str | None = None

    @property
    def fingerprint(self) -> str:
        """64 hex digits to compare it by."""
        return fingerprint(self.public)

    def valid_on(self, day: date) -> bool:
        """Whether what it signs on the day counts."""
        return self.fault_on(day) is None

    def fault_on(self, day: date) -> str | None:
        """Why what it signs on the day does not count."""
        if self.revoked is not None and day >= self.revoked:
            return t(f"密钥 {self.id} 自 {self.revoked} 起已撤销", f"the key {self.id} is revoked from {self.revoked}")
        if day < self.valid_from:
            since = self.valid_from
            return t(f"密钥 {self.id} 自 {since} 起才有效", f"the key {self.id} is valid from {since} only")
        if self.ends is not None and day > self.ends:
            return t(f"密钥 {self.id} 有效至 {self.ends}", f"the key {self.id} was valid until {self.ends}")
        return None

    def succeeds(self, other: Key) -> bool:
        """Whether both are keys of one owner."""
        return self.role == other.role and (self.role == "bureau" or self.owner == other.owner)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds: by whom, and on which day it was made."""

    key: Key
    signed_on: date


class _Refused(ValueError):
    """Why a line can't stand where it stands."""


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """The lines of ``keys.jsonl`` and what they come to. An empty one is that of a bureau before its first key."""

    lines: tuple[bytes, ...] = ()
    keys: tuple[Key, ...] = ()
    last_day: date = date.min

    @staticmethod
    def read(data: bytes, path: str = FILE) -> KeyHistory:
        """The history in a file. Raises ``InputError("input.keys_invalid")`` with the line that can't stand."""
        try:
            return _read(data)
        except _Refused as refused:
            why, number = refused.args
            raise _invalid(path, number, why) from None

    def as_bytes(self) -> bytes:
        """The file."""
        return b"".join(line + b"\n" for line in self.lines)

    @property
    def root(self) -> Key:
        """The first key, on which trust in all others rests. ``IndexError``: the history is empty."""
        return self.keys[0]

    def add(
        self,
        public: bytes,
        owner: str,
        role: Role,
        valid_from: date,
        signer: Signer,
        *,
        day: date | None = None,
        valid_to: date | None = None,
    ) -> KeyHistory:
        """The history with one more key (raw public bytes).

        ``signer``: a bureau key valid on ``day`` (default: the first that can be); for the first line, that key itself.
        Raises ``InputError("input.keys_invalid")`` where the line could not be read back.
        """
        last = None if valid_to is None else valid_to.isoformat()
        whose = {"key": key_id(public), "public": as_spki(public), "owner": owner, "role": role}
        said = {"action": "add", **whose, "valid_from": valid_from.isoformat(), "valid_to": last}
        return self._signed(said, day or max(valid_from, self.last_day), signer)

    def revoke(self, key: str, on: date, why: str, signer: Signer, *, day: date | None = None) -> KeyHistory:
        """The history with a key that counts no more from the day ``on``, which may lie back. Raises as :meth:`add`."""
        said = {"action": "revoke", "key": key, "from": on.isoformat(), "why": why}
        return self._signed(said, day or max(on, self.last_day), signer)

    def begun_anew(self, owner: str, day: date, signer: Signer, *, valid_to: date | None = None) -> KeyHistory:
        """Another history, for a bureau that lost its private keys: a new first key vouches for all that were here.

        They stay valid for what they signed; those of the bureau end on the day. Raises as :meth:`add`.
        """
        history = KeyHistory().add(signer.public, owner, "bureau", day, signer, day=day, valid_to=valid_to)
        for key in self.keys:
            whose = (key.public, key.owner, key.role, key.valid_from)
            history = history.add(*whose, signer, day=day, valid_to=key.ends)
            if key.revoked is not None:
                history = history.revoke(key.id, key.revoked, key.why or "", signer, day=day)
        return history

    def key(self, key: str) -> Key:
        """The key of this id; ``InputError("input.signature")`` where there is none."""
        for found in self.keys:
            if found.id == key:
                return found
        raise _no_signature(t(f"没有密钥 {key}", f"there is no key {key}"))

    def owner_key(self, key: str, owner: str, day: date) -> Key:
        """The department's key, valid on the day; ``InputError("input.signature")`` where it is not that."""
        found = self.key(key)
        self._belongs(found, "department", owner)
        if (fault := found.fault_on(day)) is not None:
            raise _no_signature(fault)
        return found

    def valid_keys(self, role: Role, day: date, owner: str | None = None) -> list[Key]:
        """Keys whose signatures of the day count, the newest first."""
        found = [key for key in reversed(self.keys) if key.role == role and key.valid_on(day)]
        return [key for key in found if owner in {None, key.owner}]

    def vouched_by(self, key: str, since: date) -> list[Key]:
        """Keys that were added under a signature of this one on that day or later."""
        lines = [line for line in map(strict, self.lines) if line["action"] == "add" and line["signed_by"] == key]
        named = {line["key"] for line in lines if iso_day(line["day"]) >= since}
        return [found for found in self.keys if found.id in named - {key}]

    def check(self, kind: str, data: bytes, signature: bytes, *, role: Role, owner: str | None = None) -> Signed:
        """Who made the signature (bytes of a ``.sig`` file) over the data, judged by the day on which it was made.

        Raises ``InputError("input.signature")``: other bytes than a signature has, unknown key, another's key, a key
        not valid on that day or revoked, or not over these data.
        """
        try:
            said = Signature.read(signature)
        except ValueError:
            raise _no_signature(t("签名文件的写法不对", "it is not written as signatures are")) from None
        key = self.key(said.key)
        self._belongs(key, role, owner)
        if (fault := key.fault_on(said.signed_on)) is not None:
            raise _no_signature(fault)
        if not said.of(key.public, kind, data):
            raise _no_signature(t("与内容不符", "it is not over this content"))
        return Signed(key, said.signed_on)

    def joined(self, other: KeyHistory) -> KeyHistory | None:
        """The longer of two histories of which one goes on the other, or None where they part."""
        short, long = sorted((self, other), key=lambda history: len(history.lines))
        return long if long.lines[: len(short.lines)] == short.lines else None

    def _belongs(self, key: Key, role: Role, owner: str | None) -> None:
        if key.role != role or owner not in {None, key.owner}:
            zh = f"密钥 {key.id} 属于“{key.owner}”，不是“{owner or '本机关'}”的"
            raise _no_signature(t(zh, f"the key {key.id} is of “{key.owner}”, not of {owner or 'the bureau'}"))

    def _signed(self, said: Mapping[str, Any], day: date, signer: Signer) -> KeyHistory:
        said = {**said, "day": day.isoformat(), "previous": self._previous(), "signed_by": signer.key_id}
        line = canonical({**said, "signature": as_base64(signer.raw("key", canonical(said), day))})
        try:
            return self._followed_by(line)
        except _Refused as refused:
            raise _invalid(FILE, len(self.lines) + 1, str(refused)) from None

    def _previous(self) -> str:
        return sha256(self.lines[-1]) if self.lines else START

    def _followed_by(self, line: bytes) -> KeyHistory:
        """The history with one more line, or :class:`_Refused`."""
        said = _parts(line)
        try:
            day = iso_day(said["day"])
            keys = self._added(said) if said["action"] == "add" else self._revoked(said, day)
            signature = unbase64(said["signature"], SIGNATURE_BYTES)
        except _Refused:
            raise
        except ValueError:
            raise _Refused(
                t("日期、公钥或签名的写法不对", "a day, key or signature is not written as it has to be")
            ) from None
        if said["previous"] != self._previous():
            raise _Refused(t("与前一行不相接", "it does not follow the line before"))
        if day < self.last_day:
            raise _Refused(t(f"早于前一行（{self.last_day}）", f"its day lies before the last ({self.last_day})"))
        self._vouched(said, Signature(said["signed_by"], signature, day), keys)
        return KeyHistory((*self.lines, line), _ended(keys), day)

    def _added(self, said: Mapping[str, Any]) -> tuple[Key, ...]:
        public, until = from_spki(said["public"]), None if said["valid_to"] is None else iso_day(said["valid_to"])
        key = Key(key_id(public), public, said["owner"], said["role"], iso_day(said["valid_from"]), until)
        if key.id != said["key"] or key.role not in ("bureau", "department") or not _text(key.owner):
            raise _Refused(t("编号、类别或所属有误", "its id, role or owner is wrong"))
        if until is not None and until < key.valid_from:
            raise _Refused(t("终止日早于起始日", "its last day lies before its first"))
        if any(other.id == key.id for other in self.keys):
            raise _Refused(t(f"密钥 {key.id} 已在其中", f"the key {key.id} is there already"))
        return (*self.keys, key)

    def _revoked(self, said: Mapping[str, Any], day: date) -> tuple[Key, ...]:
        since, key = iso_day(said["from"]), next((key for key in self.keys if key.id == said["key"]), None)
        if key is None or not _text(said["why"]):
            raise _Refused(t("没有该密钥或没有理由", "there is no such key, or no reason"))
        if since > day or (key.revoked is not None and since >= key.revoked):
            raise _Refused(t("撤销日在未来，或者已经撤销", "its day lies in the future, or the key is revoked already"))
        gone = replace(key, revoked=since, why=said["why"])
        return tuple(gone if other is key else other for other in self.keys)

    def _vouched(self, said: Mapping[str, Any], signature: Signature, keys: tuple[Key, ...]) -> None:
        """That a bureau key, valid by the lines before, signed the line; the first is signed by its own."""
        known = self.keys or keys  # with nothing before it, a line that adds no key has none that could sign
        signer = next((key for key in known if key.id == signature.key), None)
        if signer is None or signer.role != "bureau":
            raise _Refused(t("不是由本机关的密钥签署", "it is not signed by a key of the bureau"))
        if (fault := signer.fault_on(signature.signed_on)) is not None:
            raise _Refused(fault)
        body = canonical({name: value for name, value in said.items() if name != "signature"})
        if not signature.of(signer.public, "key", body):
            raise _Refused(t("签名与内容不符", "its signature is not over its content"))


@lru_cache(maxsize=8)  # all releases of an installation hold much the same
def _read(data: bytes) -> KeyHistory:
    """The history; :class:`_Refused` with the reason and the number of the line."""
    *lines, rest = data.split(b"\n")
    if rest or not lines:
        raise _Refused(t("不完整", "it is cut off"), len(lines) + 1)
    history = KeyHistory()
    for number, line in enumerate(lines, start=1):
        try:
            history = history._followed_by(line)
        except _Refused as refused:
            raise _Refused(str(refused), number) from None
    return history


def _ended(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys, each ended by the first day of its owner's next (on which both count) if not before."""
    rank = {key.id: (key.valid_from, place) for place, key in enumerate(keys)}
    found = []
    for key in keys:
        later = [other.valid_from for other in keys if other.succeeds(key) and rank[other.id] > rank[key.id]]
        found.append(replace(key, ends=min([*later, *([key.ends] if key.ends else [])], default=None)))
    return tuple(found)


def _parts(line: bytes) -> dict[str, Any]:
    try:
        said = strict(line)
    except ValueError:
        raise _Refused(t("无法读取，或写法被改动", "it can't be read, or was written otherwise")) from None
    action = said.get("action") if isinstance(said, dict) else None
    if not isinstance(action, str) or set(said) != _PARTS.get(action):
        raise _Refused(t("内容不完整或者多出", "it has parts missing or too many"))
    return dict(said)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value == value.strip() and value.isprintable()


def _invalid(path: str, line: int, why: str) -> InputError:
    return InputError("input.keys_invalid", path=path, line=line, why=why)


def _no_signature(why: str) -> InputError:
    return InputError("input.signature", why=why)
