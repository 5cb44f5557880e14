"""The pages of a site, in both languages, but those of firms (``entries.py``). Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from credit_graph.lists.editions.edition import canonical
from credit_graph.lists.site.changes import changes
from credit_graph.lists.site.files import BASES, FILES, ROWS, data_folder, in_order, list_page, release_page
from credit_graph.lists.site.law import Law, Pair
from credit_graph.lists.site.rows import header, rows
from credit_graph.lists.site.shown import ShownList, Told, firms
from credit_graph.lists.site.words import Words
from credit_graph.text import Language

META = "credit-graph"  # name of the element that says to programs what a page is
FORMAT = 1
STATIC = ("style.css", "search.js")
Page = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Content:
    """What a site is made from: lists with what holds for each, the bureau's name, the day of the view."""

    lists: Sequence[tuple[ShownList, Law]]
    day: date

    @property
    def mark(self) -> str | None:
        """What every page says where any release is test data."""
        return next((shown.latest.release.mark for shown, _ in self.lists if shown.latest.release.mark), None)


@cache
def _templates() -> Environment:
    loader = PackageLoader("credit_graph.lists.site")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


class Site:
    """Renders pages of one site in one language."""

    def __init__(self, content: Content, language: Language) -> None:
        self.content, self.words, self.base = content, Words(language), BASES[language]

    def page(
        self, path: str, template: str, said: dict[str, Any], trail: Sequence[tuple[str, str]], **values: Any
    ) -> Page:
        """The page at ``path`` (within the language's part). ``said``: for programs; ``trail``: pages above it."""
        here = "../" * path.count("/")
        root = here + "../" * self.base.count("/")
        other = f"{root}{BASES[self.words.t('en', 'zh')]}{path}"  # type: ignore[index]
        bureau = self.content.lists[0][1].bureau
        text = _templates().get_template(template).render(
            t=self.words.t, zh=self.words.zh, both=self.words.both, here=here, root=root, other=other,
            said=canonical({"format": FORMAT, "day": self.content.day.isoformat(), **said}).decode(),
            kind=said["kind"], trail=trail, mark=self.content.mark, day=self.content.day.isoformat(), bureau=bureau,
            name=self.words.t(f"{bureau.name}　信用监管名单", f"Credit supervision lists, {bureau.name}"), **values,
        )  # fmt: skip
        return self.base + path, text.encode()

    def all(self) -> Iterator[Page]:
        """All of them but those of firms."""
        latest = {shown.name: shown.latest.release.release for shown, _ in self.content.lists}
        lists = [
            {"name": shown.name, "law": law, "release": shown.latest.release, "entries": len(shown.latest.entries)}
            for shown, law in self.content.lists
        ]
        yield self.page("index.html", "start.html", {"kind": "start", "releases": latest}, (), lists=lists)
        yield self.page("search.html", "search.html", {"kind": "search"}, ())
        heads = [(law.title, told.release) for shown, law in self.content.lists for told in shown.releases]
        yield self.page("verify.html", "verify.html", {"kind": "verify"}, (), files=heads)
        for shown, law in self.content.lists:
            yield from self._list(shown, law)
            for told in shown.releases:
                yield self._release(shown, told, law)

    def above(self, *titles: tuple[Pair, str]) -> list[tuple[str, str]]:
        """The trail of a page three folders deep or two: all lists, then these."""
        return [(self.words.t(*title), link) for title, link in titles]

    def _list(self, shown: ShownList, law: Law) -> Iterator[Page]:
        release, everyone = shown.latest.release, firms(shown.latest)
        by_number = sorted(
            ((entry, firm) for firm in everyone for entry in firm.entries), key=lambda row: int(row[0]["number"] or 0)
        )
        columns = header(release.columns, shown.latest.entries)
        pages = max(1, -(-len(by_number) // ROWS))
        for number in range(1, pages + 1):
            here = by_number[(number - 1) * ROWS : number * ROWS]
            said = {"kind": "list", "list": shown.name, "release": release.release}
            yield self.page(
                list_page(shown.name, number), "list.html", said, self.above((("名单", "Lists"), "../../index.html")),
                law=law, list=shown.name, latest=release, releases=shown.releases, number=number, pages=pages,
                shown=len(by_number), columns=columns,
                rows=rows(shown.latest, here, columns, self.words, "../../"),
            )  # fmt: skip

    def _release(self, shown: ShownList, told: Told, law: Law) -> Page:
        release = told.release
        said = {"kind": "release", "list": release.list, "release": release.release}
        above = self.above((("名单", "Lists"), "../../index.html"), (law.title, f"../../{list_page(release.list)}"))
        files = [(name, FILES.get(name, ("", "")), *release.files[name]) for name in in_order(set(release.files))]
        data = "../../" + "../" * self.base.count("/") + data_folder(release.list, release.release)
        return self.page(
            release_page(release.list, release.release), "release.html", said, above,
            law=law, release=release, latest=shown.latest.release.release, count=told.count, removed=told.removed,
            files=files, bulletin="bulletin.html" in release.files, data=data,
            changes=changes(told, self.words, set(shown.releases[0].numbers), "../../"),
        )  # fmt: skip


def static_files() -> Iterator[Page]:
    """Style and script, as they are."""
    folder = resources.files("credit_graph.lists.site") / "static"
    for name in STATIC:
        yield name, (folder / name).read_bytes()
