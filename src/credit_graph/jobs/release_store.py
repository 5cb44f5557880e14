"""Where releases are kept (HOME/releases): archives, public editions, which is the latest, and what was done.

A folder is written beside as ``.partial`` and renamed. Where another stands in its place, that one is set aside as
``.old`` first and removed last; whatever was cut short, :meth:`ReleaseStore.mend` brings it to an end.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import Timeout

from credit_graph import clock
from credit_graph.errors import InputError, StateError, UsageError
from credit_graph.lists.editions.draft import DRAFT, Draft, release_parts
from credit_graph.lists.editions.edition import canonical
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.text import t

LATEST = "latest.json"
LOG = "log.jsonl"
_LIST = re.compile(r"[a-z][a-z0-9_]*")
_RELEASE = re.compile(r"\d{4}Q[1-4](-[1-9]\d*)?")
SID = re.compile(r"\b[0-9a-f]{32}\b")  # a statement
_ATTEMPTS = 5
_OF_PUBLIC = ("number", "published_on", "size", "shown", "day")  # told of a release


class ReleaseStore:
    """The releases of an installation. ``home``: its data directory; nothing needs to be there yet."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "releases"

    def lists(self) -> list[str]:
        """Names of the lists that were published, in order."""
        return sorted(path.parent.name for path in self.folder.glob(f"public/*/{LATEST}"))

    def releases(self, list_name: str) -> list[str]:
        """Ids of the list's published releases, oldest first."""
        last = self.latest(list_name)
        found = self.archived(list_name)
        return found[: found.index(last) + 1] if last in found else []

    def archived(self, list_name: str) -> list[str]:
        """Ids of all archives, oldest first; the last may be of a publication that was cut short."""
        folder = self.folder / "archive" / list_name
        found = [path.name for path in folder.glob("*") if _RELEASE.fullmatch(path.name)]
        return sorted(found, key=release_parts)

    def latest(self, list_name: str) -> str | None:
        """Id of the release that is valid now, ``None`` where none was published."""
        said = self.latest_said(list_name)
        return str(said["release"]) if said else None

    def latest_said(self, list_name: str) -> dict[str, Any] | None:
        """``latest.json``."""
        try:
            return dict(json.loads((self.folder / "public" / list_name / LATEST).read_bytes()))
        except FileNotFoundError:
            return None

    def told(self, list_name: str) -> list[dict[str, Any]]:
        """What the list's releases say of themselves: head, how many entries are shown, and of which day that is."""
        found = []
        for release in self.releases(list_name):
            folder = self.public_folder(list_name, release)
            if not folder.is_dir():  # withdrawn
                found.append({"list": list_name, "release": release} | dict.fromkeys(_OF_PUBLIC))
                continue
            head, index = (json.loads((folder / name).read_bytes()) for name in ("head.json", "index.json"))
            found.append({**head, "shown": index["counts"]["entries"], "day": index["day"]})
        return found

    def archive_folder(self, list_name: str, release: str) -> Path:
        """Where the archive of a release is."""
        return self._place("archive", list_name, release)

    def public_folder(self, list_name: str, release: str) -> Path:
        """Where the public edition of a release is."""
        return self._place("public", list_name, release)

    def archive(self, list_name: str, release: str) -> dict[str, bytes]:
        """Files of an archive by name (``approvals/NAME.json`` among them); none where there is no such."""
        return read_folder(self.archive_folder(list_name, release))

    def public(self, list_name: str, release: str) -> dict[str, bytes]:
        """Files of the public edition by name; none where there is no such."""
        return read_folder(self.public_folder(list_name, release))

    @contextmanager
    def lock(self, list_name: str) -> Iterator[None]:
        """One at a time for each list. Raises ``StateError("state.busy")`` where another is at it."""
        lock = lock_file(self.folder / f"{list_name}.lock")
        with writing(self.folder):
            private_folder(self.folder)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise StateError("state.busy", what=t(f"名单 {list_name} 的发布", f"release of {list_name}")) from None
        try:
            self.mend(list_name)
            yield
        finally:
            lock.release()

    def naming(self, sids: Iterable[str]) -> list[tuple[str, str]]:
        """List and release of the archives that name one of these statements."""
        wanted = set(sids)
        found = []
        for folder in sorted(self.folder.glob("archive/*/*")) if wanted else []:
            files = [folder / name for name in ("entries.jsonl", "refused.csv", "delta.jsonl")]
            texts = (path.read_text(encoding="utf-8-sig") for path in files if path.exists())
            if any(not wanted.isdisjoint(SID.findall(text)) for text in texts):
                found.append((folder.parent.name, folder.name))
        return found

    def put_archive(self, list_name: str, release: str, files: Mapping[str, bytes]) -> None:
        """Write an archive; there must be none."""
        write_folder(self.archive_folder(list_name, release), files)

    def set_aside(self, list_name: str, release: str) -> None:
        """Keep an archive that never was published out of the way of another draft."""
        folder = self.archive_folder(list_name, release)
        n = len(list(folder.parent.glob(f"{release}.unpublished-*"))) + 1
        with writing(folder):
            folder.rename(folder.with_name(f"{release}.unpublished-{n}"))

    def put_public(self, list_name: str, release: str, files: Mapping[str, bytes], same: Collection[str] = ()) -> None:
        """Write a public edition in place of the one that is there; ``same``: names of files that are not new."""
        write_folder(self.public_folder(list_name, release), files, replace=True, same=same)

    def withdraw_public(self, list_name: str, release: str) -> None:
        """Remove a public edition, where there is one; the next takedown that can makes it anew."""
        with writing(self.folder):
            folder = self.public_folder(list_name, release)
            if folder.is_dir():
                shutil.rmtree(partial_of(folder), ignore_errors=True)
                folder.rename(partial_of(folder))  # gone at once; :meth:`mend` removes what a kill leaves
                shutil.rmtree(partial_of(folder))

    def put_latest(self, list_name: str, said: Mapping[str, Any], keys: bytes) -> None:
        """Say which release is valid now; ``keys``: the public keys beside it."""
        with writing(self.folder):
            write_whole(self.folder / "public" / "keys.jsonl", keys)
            write_whole(self.folder / "public" / list_name / LATEST, canonical(dict(said)) + b"\n")

    def note(self, what: str, **said: Any) -> None:
        """Append a line to the log of releases: day, time, what was done."""
        line = {"day": clock.today().isoformat(), "time": clock.now().isoformat(timespec="seconds"), "what": what}
        path = private_folder(self.folder) / LOG
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("ab") as file:
            file.write((b"\n" if torn else b"") + canonical({**line, **said}) + b"\n")
        path.chmod(0o600)

    def noted(self) -> list[dict[str, Any]]:
        """The lines of the log, oldest first, but for one that was cut off when it was written."""
        path, found = self.folder / LOG, []
        for line in path.read_bytes().splitlines() if path.exists() else ():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def _place(self, kind: str, list_name: str, release: str) -> Path:
        """A folder of a release. A name that could lead out of it is none: ``UsageError("usage.unknown_entity")``."""
        if not (_LIST.fullmatch(list_name) and _RELEASE.fullmatch(release)):
            what = t(f"发布 {list_name[:40]} {release[:40]}", f"release {list_name[:40]} {release[:40]}")
            raise UsageError("usage.unknown_entity", what=what)
        return self.folder / kind / list_name / release

    def mend(self, list_name: str) -> None:
        """Bring to an end what was cut short. A folder of which an old one is set aside was written whole."""
        for kind in ("archive", "public"):
            for old in (self.folder / kind / list_name).glob("*.old"):
                folder = old.with_suffix("")
                if not folder.exists():
                    partial_of(folder).rename(folder)
                shutil.rmtree(old)
            for partial in (self.folder / kind / list_name).glob("*.partial"):
                shutil.rmtree(partial)


def partial_of(folder: Path) -> Path:
    """The name under which a folder is written."""
    return folder.with_name(folder.name + ".partial")


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their relative names; none where there is no such folder.

    Read again where the folder was replaced meanwhile. Raises ``InputError("input.no_permission")``.
    """
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            try:
                before = folder.stat().st_ino if folder.exists() else None
                paths = sorted(path for path in folder.rglob("*") if path.is_file())
                found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
                if before == (folder.stat().st_ino if folder.exists() else None):
                    return found
            except PermissionError:
                raise InputError("input.no_permission", path=folder) from None
    raise StateError("state.busy", what=folder)


def read_draft(folder: Path) -> Draft:
    """The draft in a folder; raises ``InputError``: ``input.not_a_draft``, and as :meth:`Draft.read` does."""
    if not (folder / DRAFT).is_file():
        raise InputError("input.not_a_draft", path=folder)
    return Draft.read(read_folder(folder), str(folder))


def write_folder(
    folder: Path, files: Mapping[str, bytes], *, replace: bool = False, same: Collection[str] = ()
) -> None:
    """Write the files into a folder, whole or not at all; readable by the owner only.

    ``replace``: in place of the folder that is there; ``same``: names of files that are taken over from it.

    Raises ``StateError``: ``state.cannot_write``, ``state.release_exists`` where one is there.
    """
    partial, old = partial_of(folder), folder.with_name(folder.name + ".old")
    if folder.exists() and not replace:
        raise StateError("state.release_exists", path=folder)
    with writing(folder):
        shutil.rmtree(partial, ignore_errors=True)
        try:
            private_folder(partial)
            for name, data in files.items():
                private_folder((partial / name).parent)
                if name not in same or not _linked(folder / name, partial / name):
                    write_whole(partial / name, data)
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
        elif folder.exists():
            folder.rename(old)
        partial.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _linked(old: Path, new: Path) -> bool:
    """Whether the file could be taken over without being written again: not every file system can."""
    try:
        os.link(old, new)
    except OSError:
        return False
    return True


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system refuses, as ``StateError("state.cannot_write")``, a full disk by its name."""
    try:
        yield
    except OSError as error:
        full = t("磁盘已满", "the disk is full") if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
        raise StateError("state.cannot_write", path=path, why=full or error.strerror or type(error).__name__) from None
