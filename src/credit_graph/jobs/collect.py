"""Collecting: forms for the issuing departments, and what comes back, checked against the register and recorded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from credit_graph.errors import StateError
from credit_graph.ingest.files import shown
from credit_graph.jobs.collect_book import write_form
from credit_graph.lists.collecting_form import Form, Period, form_of, refuse_republished
from credit_graph.lists.issuers import issuers_on, required_issuer


def write_forms(list_name: str, out: Path, period: Period, today: date, department: str | None = None) -> list[Path]:
    """Write an empty form for each issuing department, or for the one that is named; all of them or none.

    Raises ``UsageError`` for an unknown list or department, ``DefinitionError`` where no basis in force carries the
    list, ``StateError``: a form of that name is there already, the folder can't be written.
    """
    refuse_republished(list_name, today)
    issuers = issuers_on(list_name, today)
    if department is not None:
        issuers = [required_issuer(list_name, department, today)]
    forms = {out / _file_name(form): form for form in (form_of(list_name, row, period, today) for row in issuers)}
    if there := next((path for path in forms if path.exists()), None):
        raise StateError("state.exists", path=shown(str(there)))
    _make(out)
    for path, form in forms.items():
        write_form(path, form)
    return list(forms)


def _file_name(form: Form) -> str:
    return f"{form.title}-{form.issuer.name}-{form.period.id}.xlsx"


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError("state.cannot_write", path=shown(str(out)), why=error.strerror) from None
