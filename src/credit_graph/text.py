"""User-facing text in Chinese (default) and English: every sentence is written once, as a pair."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Literal

Language = Literal["zh", "en"]

_language: ContextVar[Language | None] = ContextVar("language", default=None)


def language() -> Language:
    """The language in use: set by :func:`use`, else ``CREDIT_GRAPH_LANG``, else Chinese."""
    chosen = _language.get()
    if chosen is not None:
        return chosen
    return "en" if os.environ.get("CREDIT_GRAPH_LANG", "zh").lower().startswith("en") else "zh"


def use(chosen: Language) -> None:
    """Switch the language for this context."""
    _language.set(chosen)


def t(zh: str, en: str) -> str:
    """The sentence in the language in use."""
    return en if language() == "en" else zh


def joined(items: Iterable[object]) -> str:
    """Items in a row, as the language writes them: 甲、乙; a, b."""
    return t("、", ", ").join(map(str, items))


def folded_name(text: str) -> str:
    """A person's name as it is compared: letters and digits only, in one width and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKC", folded) if char.isalnum())
