"""The closed tree of errors. Each code is stable, has a message that says what to do, and an exit status.

Codes and messages are one table, ``messages.py``: a new code is added there and documented in docs/errors.md (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from credit_graph.messages import MESSAGES
from credit_graph.text import t


class CreditGraphError(Exception):
    """Base of all errors that the program raises on purpose; ``str()`` is the message for the user."""

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, **fields: Any) -> None:
        if code not in MESSAGES:
            raise KeyError(f"unknown error code {code}")
        self.code = code
        self.fields = fields
        super().__init__(code)

    def __str__(self) -> str:
        zh, en = MESSAGES[self.code]
        return t(zh, en).format(**self.fields)


class UsageError(CreditGraphError):
    """The command or request is wrong."""

    exit_status = 2


class InputError(CreditGraphError):
    """A source file is refused; the graph is unchanged."""

    exit_status = 3


class DefinitionError(CreditGraphError):
    """A loader definition or a policy file is wrong."""

    exit_status = 4


class StoreError(CreditGraphError):
    """The graph engine can't do what was asked."""

    exit_status = 5


class StateError(CreditGraphError):
    """The graph's or installation's state forbids it."""

    exit_status = 6


class AccessError(CreditGraphError):
    """The role may not do it."""

    exit_status = 7


class Inconsistent(ValueError):
    """Raised while a file that people edit is validated; ``yamlfile`` turns it into lines of that file.

    ``faults``: (place as keys of the file, Chinese, English), all that were found.
    """

    def __init__(self, faults: Sequence[tuple[tuple[int | str, ...], str, str]]) -> None:
        super().__init__("; ".join(en for _, _, en in faults))
        self.faults = tuple(faults)
