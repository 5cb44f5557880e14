"""Names of persons in a text: beside words that say so (法定代表人, 证人, 之父, 女士), and those that the caller knows.

Without either a name of two characters can't be told from a word; so a caller gives the names that the graph knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credit_graph.lists.redaction_policy import Look
from credit_graph.lists.textviews import Span, Views, is_sign, views

_HAN = "㐀-鿿\U00020000-\U0003ffff"
_GIVEN = f"(?:(?!某)[{_HAN}]){{1,2}}"
_PERSON = re.compile(f"[{_HAN}]{{2,4}}|[{_HAN}]{{1,10}}(?:·[{_HAN}]{{1,10}})+|[A-Za-z][A-Za-z.'-]{{3,39}}")
# two parts with a dot between them, as names of several peoples are written
_DOTTED = re.compile(f"[{_HAN}]{{2,6}}(?:·[{_HAN}]{{1,6}})+")


@dataclass(frozen=True, slots=True)
class NameRules:
    """The words of the policy, made ready."""

    before: re.Pattern[str]  # a word, and then a name
    after: re.Pattern[str]  # a name, and then a word
    told: re.Pattern[str]  # a word, a colon, and then whatever stands there
    bare: re.Pattern[str]  # nothing but a name
    stops: re.Pattern[str]  # words that begin like a name


def name_rules(look: Look) -> NameRules:
    """The rules made ready for the views of a text."""
    words, after = "|".join(look.words), "|".join(look.after)
    surname = f"(?:{'|'.join(look.compound_surnames)}|[{look.surnames}])"
    stops = "|".join(look.not_names)
    name = f"(?P<name>(?!{stops}){surname}{_GIVEN})"
    link = "(?:姓名|名字|名叫|名为|为|是|系|叫)?"
    return NameRules(
        # looking ahead: a word may begin inside the name that another one found
        re.compile(f"(?=(?:{words}){link}{name})"),
        re.compile(f"(?={name}(?:{after}))"),
        re.compile(f"(?=(?:{words}){link}:(?P<name>[{_HAN}]{{2,4}}(?![{_HAN}])|[A-Za-z][A-Za-z .]{{2,40}}))"),
        re.compile(name + (f"(?<![{look.not_endings}])" if look.not_endings else "")),
        re.compile(stops),
    )


def find_known(seen: Views, known: Iterable[str], *, is_name: bool = False) -> Iterator[Span]:
    """Where names that the caller knows stand, in tight form; in a firm's own name only apart from the rest of it."""
    solid = seen.tight
    text = solid.text.lower()
    if len(text) != len(solid.text):  # a rare letter becomes two
        text = solid.text
    for name in known:
        start = text.find(name.lower())
        while start >= 0:
            span = solid.span(start, start + len(name))
            if not is_name or start + len(name) == len(text) or _apart(seen.folded, span):
                yield span
            start = text.find(name.lower(), start + 1)


def find_names(seen: Views, rules: NameRules, *, is_name: bool = False) -> Iterator[Span]:
    """Where names of persons stand; ``is_name``: the text is the name of a firm, which may hold its owner's: there
    only a word before, or a name apart from the rest, tells."""
    solid, close = seen.tight, seen.close
    for found in rules.before.finditer(solid.text):
        yield solid.span(*found.span("name"))
    for found in rules.told.finditer(close.text):
        if "某" not in found["name"]:
            yield close.span(*found.span("name"))
    if solid.text and rules.bare.fullmatch(solid.text):
        yield solid.span(0, len(solid.text))
    if is_name:
        yield from _last(seen, rules)
        return
    for found in rules.after.finditer(solid.text):
        yield solid.span(*found.span("name"))
    for found in _DOTTED.finditer(close.text):
        yield close.span(*found.span())


def _apart(folded: str, span: Span) -> bool:
    """Whether signs part a name from what stands around it; inside a firm's own name they do not."""
    before, after = folded[: span[0]], folded[span[1] :]
    return bool((before and is_sign(before[-1])) or (after and is_sign(after[0])))


def _last(seen: Views, rules: NameRules) -> Iterator[Span]:
    """A name of a person apart at the end of a firm's name: no firm is called so."""
    end = len(seen.folded)
    while end and is_sign(seen.folded[end - 1]):
        end -= 1
    start = next((at + 1 for at in range(end - 1, -1, -1) if is_sign(seen.folded[at])), 0)
    if rules.bare.fullmatch(seen.folded[start:end]):
        yield start, end


def known_names(names: Iterable[str]) -> frozenset[str]:
    """Names of persons in tight form; left out is what is no whole name of a person: masked, too short or too long."""
    seen = [views(name) for name in names]
    return frozenset(view.tight.text for view in seen if _PERSON.fullmatch(view.close.text))
