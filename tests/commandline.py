"""Runs ``credit-graph`` in this process: one command, or several as the entry point does, keeping what they print."""

from __future__ import annotations

import sys
from contextvars import copy_context

import pytest
from typer.testing import CliRunner, Result

from credit_graph.cli import application, main


def invoke(*words: str, stdin: str = "", catch: bool = False) -> Result:
    """A command as it is typed; what it raises is raised, or else kept (``catch``).

    As at the entry point its own module alone is built: all of them take a quarter of a second.
    """
    return CliRunner().invoke(application(words), list(words), input=stdin or None, catch_exceptions=catch)


class CommandLine:
    """``text`` is all that was printed so far, on both streams."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        self.text = ""

    def run(self, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Standard output and standard error of a command that ends with the exit status."""
        self._monkeypatch.setattr(sys, "argv", ["credit-graph", *arguments])
        with pytest.raises(SystemExit) as left:
            copy_context().run(main)  # the language that it chooses ends with it
        out, err = self._capfd.readouterr()
        assert (left.value.code or 0) == status, err
        self.text += out + err
        return out, err
