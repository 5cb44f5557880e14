"""The words of a page in one language."""

from __future__ import annotations

from markupsafe import Markup, escape

from credit_graph.lists.site.law import Pair
from credit_graph.text import Language


class Words:
    """What templates say in one language; Chinese terms and names stay beside the English."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def t(self, zh: str, en: str) -> str:
        """The text in the language."""
        return en if self.language == "en" else zh

    def zh(self, text: str | None) -> Markup:
        """Chinese text, told apart on an English page."""
        return (
            escape(text or "")
            if self.language == "zh" or not text
            else Markup('<span lang="zh-CN">{}</span>').format(text)
        )

    def both(self, pair: Pair) -> Markup:
        """A term of law: on an English page with its Chinese."""
        return escape(pair[0]) if self.language == "zh" else Markup("{} ({})").format(pair[1], self.zh(pair[0]))
