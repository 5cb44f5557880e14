"""What a key narrows of its role: districts, rights, saved operations, requests a minute, last day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from credit_graph.errors import UsageError
from credit_graph.text import t

_DISTRICT = re.compile(r"\d{2}(\d{2}){0,5}")


@dataclass(frozen=True, slots=True)
class Scope:
    """The narrowing; an empty one is the whole role.

    ``districts``: beginnings of division codes (行政区划代码), the key sees enterprises of these only; ``operations``:
    names of the only saved operations it may run, ``None`` for any query; ``rate``: requests a minute, ``None`` for the
    default of policies/roles.yml.
    """

    districts: tuple[str, ...] = ()
    operations: tuple[str, ...] | None = None
    rate: int | None = None

    def sees(self, district: str | None) -> bool:
        """Whether an enterprise of that district is within the key's; one of no known district is within none."""
        return not self.districts or (district or "").startswith(self.districts)


WHOLE = Scope()  # narrows nothing


def districts(given: Iterable[str]) -> tuple[str, ...]:
    """Division codes as beginnings: 621000, a city, is 6210. ``UsageError("usage.bad_value")`` for anything else."""
    found = set()
    for code in given:
        if not _DISTRICT.fullmatch(code):
            why = t("须为 2 至 12 位行政区划代码", "a division code of 2 to 12 digits")
            raise UsageError("usage.bad_value", option="--district", value=code[:80], why=why)
        found.add(re.sub(r"(00)+$", "", code))
    return tuple(sorted(found))
