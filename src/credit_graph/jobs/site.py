"""Builds the static pages (公示网页) of the public editions into a folder, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from filelock import Timeout

from credit_graph.errors import DefinitionError, InputError, StateError
from credit_graph.jobs.release_store import writing
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.site.entries import entry_pages
from credit_graph.lists.site.files import BASES, data_folder
from credit_graph.lists.site.law import LAPSED, Law, lapsed, law_on
from credit_graph.lists.site.pages import FORMAT, Content, Page, Site, static_files
from credit_graph.lists.site.search_index import NAME as SEARCH_INDEX
from credit_graph.lists.site.search_index import search_index
from credit_graph.lists.site.shown import INDEX, READ, Release, Shown, ShownList, firms, shown_list
from credit_graph.store.files import lock_file, private_folder
from credit_graph.text import t

MARKER = "site.json"  # what says that a folder is a site, and so may be replaced by a new one
PROGRAM = "credit_graph"
LATEST, KEYS = "latest.json", "keys.jsonl"
_EACH = 1000  # pages between two reports
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A site as it was built: where, the day of the view, how many pages, and of each list its entries.

    ``left_out``: releases (``LIST/RELEASE``) whose public edition is the view of another day.
    """

    out: Path
    day: date
    pages: int
    entries: Mapping[str, int]
    left_out: tuple[str, ...]


def build_site(home: Path, out: Path, day: date, report: Report) -> Built:
    """Write the pages and downloads of all public editions under ``home`` into the folder ``out``.

    The same public editions and day give the same bytes; a former site there is replaced as a whole. An edition that
    is not the view of the day is left out, and with the latest one the list. Raises ``StateError``:
    ``state.no_releases``, ``state.public_old`` (none is the view of the day), ``state.public_changed`` (one was
    replaced meanwhile), ``state.release_exists`` (``out`` holds something else), ``state.busy``,
    ``state.cannot_write``; ``InputError("input.not_public")``; ``DefinitionError``.
    """
    out = out.absolute()
    public = home / "releases" / "public"
    with _alone(home), writing(out):
        _mend(out)
        _refuse_other(out)
        lists, left_out = _read_lists(public, day)
        content = Content([(shown, _law(shown, day)) for shown in lists], day)
        partial = _beside(out, "partial")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            pages, entries = _write_all(partial, public, content, report)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        _put(partial, out)
    return Built(out, day, pages, entries, left_out)


def _read_lists(public: Path, day: date) -> tuple[list[ShownList], tuple[str, ...]]:
    """The lists by name, of the editions that are the view of the day; and which others there are."""
    found, left_out = [], list[tuple[Path, str]]()
    for folders in _folders(public).values():
        days = [_day(folder) for folder in folders]
        left_out += [(folder, of) for folder, of in zip(folders, days, strict=True) if of != day.isoformat()]
        current = [folder for folder, of in zip(folders, days, strict=True) if of == day.isoformat()]
        if current and current[-1] == folders[-1]:
            found.append(shown_list(map(_read, current)))
    if not found:
        if not left_out:
            raise StateError("state.no_releases")
        (folder, of), *_ = left_out
        raise StateError("state.public_old", list=folder.parent.name, release=folder.name, of=of, day=day)
    return found, tuple(f"{folder.parent.name}/{folder.name}" for folder, _ in left_out)


def _law(shown: ShownList, day: date) -> Law:
    try:
        return law_on(shown.name, day)
    except DefinitionError as error:
        if error.code not in LAPSED or shown.latest.entries:
            raise
        return lapsed(shown.name, day)


def read_releases(public: Path) -> Iterator[Shown]:
    """All public editions, those of a list oldest first. Raises ``StateError("state.no_releases")``."""
    folders = _folders(public)
    if not folders:
        raise StateError("state.no_releases")
    for of_list in folders.values():
        yield from map(_read, of_list)


def _folders(public: Path) -> dict[str, list[Path]]:
    """The folders of each list's releases, oldest first; one after the latest was never published."""
    found: dict[str, list[Path]] = {}
    for latest in sorted(public.glob(f"*/{LATEST}")):
        last = _number(latest)
        numbered = {}
        for head in latest.parent.glob("*/head.json"):
            if "." not in head.parent.name:  # written or set aside just now
                numbered[_number(head)] = head.parent
        found[latest.parent.name] = [numbered[number] for number in sorted(numbered) if number <= last]
    return found


def _number(file: Path) -> int:
    return int(_said(file, "number"))


def _day(folder: Path) -> str:
    return str(_said(folder / INDEX, "day"))


def _said(file: Path, name: str) -> Any:
    try:
        return json.loads(file.read_bytes())[name]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("input.not_public", path=file.parent.name, why=file.name) from None


def _read(folder: Path) -> Shown:
    files = _bytes(folder, READ)
    try:
        return Shown.read(files, f"{folder.parent.name}/{folder.name}")
    except InputError:
        if _bytes(folder, (INDEX,))[INDEX] != files[INDEX]:
            raise StateError("state.public_changed") from None
        raise


def _bytes(folder: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    try:
        return {name: (folder / name).read_bytes() for name in names}
    except FileNotFoundError as error:
        if not folder.exists():
            raise StateError("state.public_changed") from None
        raise InputError("input.not_public", path=folder.name, why=Path(str(error.filename)).name) from None


def _write_all(partial: Path, public: Path, content: Content, report: Report) -> tuple[int, dict[str, int]]:
    writer = _Writer(partial)
    entries = {shown.name: len(shown.latest.entries) for shown, _ in content.lists}
    writer.write(MARKER, _marker(content, entries))
    for name, data in static_files():
        writer.write(name, data)
    writer.write(SEARCH_INDEX, search_index(content))
    for name, data in _downloads(public, content):
        writer.write(name, data)
    total = 2 * sum(len(firms(shown.latest)) for shown, _ in content.lists)
    pages = 0
    for pages, (name, data) in enumerate(_pages(content), start=1):
        writer.write(name, data)
        if pages % _EACH == 0:
            report(t("网页", "pages"), min(pages, total), total)
    return pages, entries


def _pages(content: Content) -> Iterator[Page]:
    for language in BASES:
        site = Site(content, language)
        yield from site.all()
        for shown, law in content.lists:
            yield from entry_pages(site, shown, law)


def _marker(content: Content, entries: Mapping[str, int]) -> bytes:
    lists = {
        shown.name: {"release": shown.latest.release.release, "number": shown.latest.release.number, "entries": count}
        for (shown, _), count in zip(content.lists, entries.values(), strict=True)
    }
    said: dict[str, Any] = {"format": FORMAT, "site": PROGRAM, "day": content.day.isoformat(), "mark": content.mark}
    return canonical({**said, "lists": lists}) + b"\n"


def _downloads(public: Path, content: Content) -> Iterator[Page]:
    """The files of all releases, each as its index says; raises where an edition was replaced since it was read."""
    for shown, _ in content.lists:
        for told in shown.releases:
            release = told.release
            folder = public / release.list / release.release
            for name in release.files:
                data = _bytes(folder, (name,))[name]
                if (len(data), sha256(data)) != release.files[name]:
                    _refuse_altered(folder, release, name)
                yield data_folder(release.list, release.release) + name, data
        yield f"data/{shown.name}/{LATEST}", (public / shown.name / LATEST).read_bytes()
    if (public / KEYS).exists():
        yield f"data/{KEYS}", (public / KEYS).read_bytes()


def _refuse_altered(folder: Path, release: Release, name: str) -> None:
    if sha256((folder / INDEX).read_bytes()) != release.files[INDEX][1]:
        raise StateError("state.public_changed")
    why = t(f"{name} 与 index.json 所载不符", f"{name} is not what index.json says")
    raise InputError("input.not_public", path=f"{release.list}/{release.release}", why=why)


class _Writer:
    """Writes many small files; a folder is made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._made: set[str] = set()

    def write(self, name: str, data: bytes) -> None:
        above = name.rpartition("/")[0]
        if above not in self._made:
            Path(self._folder, above).mkdir(parents=True, exist_ok=True)
            self._made.add(above)
        with open(f"{self._folder}/{name}", "wb", buffering=0) as file:  # noqa: PTH123 - of 200,000 files
            file.write(data)


def is_site(folder: Path) -> bool:
    """Whether a folder is a site that was built."""
    try:
        said = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("site") == PROGRAM


def _refuse_other(out: Path) -> None:
    partial = _beside(out, "partial")
    for path in (out, partial):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise StateError("state.release_exists", path=path)
        if path.is_dir() and any(path.iterdir()) and not is_site(path):
            raise StateError("state.release_exists", path=path)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f"{out.name}.{what}")


def _put(partial: Path, out: Path) -> None:
    former = _beside(out, "former")
    if out.exists():
        out.rename(former)
    partial.rename(out)
    shutil.rmtree(former, ignore_errors=True)


def _mend(out: Path) -> None:
    """Where the last build was cut short between its two renames, the former site comes back."""
    former = _beside(out, "former")
    if not is_site(former):
        return
    if out.exists():
        shutil.rmtree(former)
    else:
        former.rename(out)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    lock = lock_file(private_folder(home) / "site.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StateError("state.busy", what=t("网页", "the site")) from None
    try:
        yield
    finally:
        lock.release()
