"""Whether a release is as it was published (核验), from its files and public keys alone. Pure.

``index.json`` is signed and holds the hash of every other file; ``head.json`` is signed and holds the root of the
tree over all entries; each entry gives the leaf at its place. Signed files have one form only, so that no byte of any
file can be another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from credit_graph.errors import InputError, StateError
from credit_graph.lists.editions.approvals import check_approvals
from credit_graph.lists.editions.archive import (
    DELTA,
    FORMAT,
    HEAD,
    HEAD_SIGNATURE,
    INDEX,
    INDEX_SIGNATURE,
    KEYS,
    LEAVES,
)
from credit_graph.lists.editions.delta import INTERNAL
from credit_graph.lists.editions.draft import APPROVALS, DRAFT, ENTRIES, REFUSED, Draft
from credit_graph.lists.editions.edition import NUMBER, Column, Entry, Head, canonical, leaf, sha256
from credit_graph.lists.editions.keys import KeyHistory, Signed
from credit_graph.lists.editions.merkle import root
from credit_graph.lists.editions.strict import strict, strict_file
from credit_graph.text import t

_NEEDED = (INDEX, INDEX_SIGNATURE, HEAD, HEAD_SIGNATURE, KEYS, LEAVES, ENTRIES)
LEAF_BYTES = 32
_OF_DRAFT = (ENTRIES, REFUSED, DELTA)  # the other files say on which day it was published
_HEAD = TypeAdapter(Head)


@dataclass(frozen=True, slots=True)
class Verified:
    """A release that is as it was published.

    ``index``: what ``index.json`` says; ``entries``: how many are in these files; ``published``, ``viewed``: who signed
    the head, and the view (of the archive: the same day). ``history``: the keys by which that was judged, ``trusted``
    whether they begin as the reader's own do; else they are the folder's word alone.
    """

    index: Mapping[str, Any]
    head: Head
    entries: int
    published: Signed
    viewed: Signed
    history: KeyHistory
    trusted: bool

    @property
    def removed(self) -> int:
        """How many entries are not shown any more; their leaves stand in their place."""
        return self.head.size - self.entries


def verify_files(files: Mapping[str, bytes], trusted: KeyHistory | None = None) -> Verified:
    """Check every byte of a release, archive or public edition, given as its files by name.

    ``trusted``: public keys that the reader has from elsewhere. Raises ``InputError``: ``input.not_a_release`` without
    an index; ``input.release_altered`` with the first file found missing, added or not as it was published, or
    signed by keys other than the trusted ones.
    """
    if INDEX not in files:
        raise InputError("input.not_a_release", path=INDEX)
    for name in _NEEDED:
        if name not in files:
            _altered(name, t("缺失", "it is missing"))
    history = known_keys(files[KEYS], trusted)
    viewed = _signed(files, history, "index", INDEX, INDEX_SIGNATURE)
    index = _index(files[INDEX])
    _files(files, index)
    published = _signed(files, history, "head", HEAD, HEAD_SIGNATURE)
    head = head_of(files[HEAD])
    _agree(index, head, published, viewed)
    if index["edition"] == "archive":
        _draft(files, history, published)
    entries = _entries(files, index, head)
    return Verified(index, head, entries, published, viewed, history, trusted is not None)


def known_keys(data: bytes, trusted: KeyHistory | None) -> KeyHistory:
    """The longer of a release's key history and the trusted one.

    Raises ``InputError("input.release_altered")`` where the release's is damaged, or parts from the trusted one.
    """
    try:
        found = KeyHistory.read(data)
    except InputError as error:
        line, why = error.fields["line"], error.fields["why"]
        _altered(KEYS, t(f"第 {line} 行：{why}", f"line {line}: {why}"))
    joined = found if trusted is None else trusted.joined(found)
    if joined is None:
        _altered(KEYS, t("与所信任的公钥历史不同", "its keys are not those that are trusted"))
    return joined


def head_of(data: bytes) -> Head:
    """The head in ``head.json``; ``InputError("input.release_altered")`` for bytes that it is not written with."""
    try:
        head = _HEAD.validate_json(data, strict=True)
    except ValidationError:
        _altered(HEAD, t("内容不完整", "it has parts missing or wrong"))
    if head_bytes(head) != data:
        _altered(HEAD, t("写法被改动", "it was written otherwise"))
    return head


def head_bytes(head: Head) -> bytes:
    """``head.json``, which is what is signed."""
    return canonical(head.as_json()) + b"\n"


def leaf_columns(names: Iterable[str]) -> list[Column]:
    """The columns of these names, of which those that never leave the bureau are in no leaf."""
    return [Column(name, "", "", internal=name in INTERNAL) for name in names]


def _signed(files: Mapping[str, bytes], history: KeyHistory, kind: str, name: str, signature: str) -> Signed:
    try:
        return history.check(kind, files[name], files[signature], role="bureau")
    except InputError as error:
        _altered(name, error.fields["why"])


def _index(data: bytes) -> dict[str, Any]:
    try:
        index = strict_file(data)
        for name, row in index["files"].items():
            if row.keys() != {"size", "sha256"} or _unsafe(name):
                raise ValueError(name)
        for part in ("list", "release", "period", "day", "head"):
            if not isinstance(index[part], str):
                raise ValueError(part)
        if index["format"] != FORMAT or index["edition"] not in ("archive", "public"):
            raise ValueError("format")
        if not all(isinstance(column["name"], str) for column in index["columns"]):
            raise ValueError("columns")
        index["counts"]["entries"]  # has to be there
    except (KeyError, TypeError, ValueError, AttributeError):
        _altered(INDEX, t("内容不完整，或写法被改动", "it has parts missing or wrong, or was written otherwise"))
    return index


def _unsafe(name: str) -> bool:
    """Whether a name could lead out of the folder, or has another form on some system."""
    parts = name.split("/")
    return not name.isprintable() or "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts)


def _files(files: Mapping[str, bytes], index: Mapping[str, Any]) -> None:
    """That there are the files of the index, with the bytes that they had."""
    listed = index["files"]
    for name in sorted(files.keys() ^ (listed.keys() | {INDEX, INDEX_SIGNATURE})):
        why = (
            t("多出，不属于这次发布", "it does not belong to the release")
            if name in files
            else t("缺失", "it is missing")
        )
        _altered(name, why)
    for name in sorted(listed):
        if {"size": len(files[name]), "sha256": sha256(files[name])} != listed[name]:
            _altered(name, t("内容被改动", "its bytes were altered"))


def _agree(index: Mapping[str, Any], head: Head, published: Signed, viewed: Signed) -> None:
    """That index, head and the days of their signatures speak of one release."""
    if (index["list"], index["release"], index["head"]) != (head.list, head.release, sha256(head_bytes(head))):
        _altered(INDEX, t("与 head.json 不是同一次发布", "it is of another release than head.json"))
    if published.signed_on.isoformat() != head.published_on:
        _altered(HEAD_SIGNATURE, t("签署日不是公布日", "it was not made on the day of publication"))
    if viewed.signed_on.isoformat() != index["day"]:
        _altered(INDEX_SIGNATURE, t("签署日与 index.json 的日期不同", "it was not made on the day of index.json"))


def _entries(files: Mapping[str, bytes], index: Mapping[str, Any], head: Head) -> int:
    """How many entries there are, each at its leaf, below the root of the head."""
    leaves = _leaves(files[LEAVES])
    if (len(leaves), root(leaves).hex()) != (head.size, head.root):
        _altered(LEAVES, t("与 head.json 的条目数或根不符", "it gives another size or root than head.json"))
    names = [column["name"] for column in index["columns"]]
    columns, count = leaf_columns(names), 0
    for number, entry in _numbered(files[ENTRIES], set(names)):
        if number > len(leaves) or leaf(entry, columns) != leaves[number - 1]:
            _altered(ENTRIES, t(f"第 {number} 条与其叶散列不符", f"entry {number} is not the one of its leaf"))
        count += 1
    whole = index["edition"] == "archive"
    if count != index["counts"]["entries"] or (whole and count != head.size):
        _altered(ENTRIES, t("条目数不符", "it has another number of entries"))
    return count


def _draft(files: Mapping[str, bytes], history: KeyHistory, published: Signed) -> None:
    """That the archive is of its draft, and that every issuing department had signed this draft off."""
    approvals = {name.removeprefix(APPROVALS): data for name, data in files.items() if name.startswith(APPROVALS)}
    try:
        draft = Draft(strict_file(files[DRAFT]), (), (), files)
        for name in _OF_DRAFT:
            if draft.said["files"][name]["sha256"] != sha256(files[name]):
                _altered(name, t("与草稿不符", "it is not the draft's"))
        check_approvals(draft, approvals, history, published.signed_on)
    except InputError as error:
        of_approval = error.code == "input.approval"
        _altered(f"{APPROVALS if of_approval else ''}{error.fields['path']}", error.fields["why"])
    except StateError as error:
        _altered(DRAFT, str(error).rstrip("。."))
    except (KeyError, TypeError, ValueError, AttributeError):
        _altered(DRAFT, t("内容不完整，或写法被改动", "it has parts missing or wrong, or was written otherwise"))


def _leaves(data: bytes) -> list[bytes]:
    try:
        leaves = [bytes.fromhex(line) for line in data.decode("ascii").split("\n")[:-1]]
    except ValueError:
        leaves = []
    same = b"".join(found.hex().encode() + b"\n" for found in leaves) == data
    if not same or any(len(found) != LEAF_BYTES for found in leaves):
        _altered(LEAVES, t("写法被改动", "it was written otherwise"))
    return leaves


def _numbered(data: bytes, names: set[str]) -> Iterator[tuple[int, Entry]]:
    """The entries with their numbers, which rise."""
    (*lines, rest), last = data.split(b"\n"), 0
    for line in lines:
        try:
            entry = strict(line)
            number = int(entry[NUMBER])
            if entry.keys() != names or str(number) != entry[NUMBER] or number <= last:
                raise ValueError(number)
        except (KeyError, TypeError, ValueError, AttributeError):
            _altered(ENTRIES, t(f"第 {last} 条之后的一行有误", f"the line after entry {last} is wrong"))
        last = number
        yield number, entry
    if rest:
        _altered(ENTRIES, t("不完整", "it is cut off"))


def _altered(name: str, why: str) -> NoReturn:
    raise InputError("input.release_altered", path=name, why=why)
