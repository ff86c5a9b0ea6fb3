"""An export: who took what out, how many rows, on which question. It stays."""

from dataclasses import dataclass
from datetime import datetime

from .record import (
    DomainError,
    Edit,
    FieldMissing,
    Remove,
    Text,
    _,
    catalogue,
    decide_common,
    evolve_common,
)

KINDS = ("report", "list", "schedule")


class ExportStays(DomainError):
    """What left the company is not edited, nor forgotten."""

    code = "export_stays"
    message = _("What was exported stays on record as it is.")


class ExportOfLess(DomainError):
    """Fewer rows than none."""

    code = "export_of_less"
    message = _("“Rows” is below zero: count what was exported.")


@dataclass(frozen=True, slots=True)
class Export:
    """What left the company; the whole of it is event-sourced.

    :param user_id: who asked for it and whose rights it was made with
    :param at: when it left
    :param kind: one of :data:`KINDS`: a workbook, a list as Odoo exports it, or a
        workbook that a schedule sent
    :param subject: code of the report, or technical name of the model
    :param parameters: the question, as JSON: days, choices, ids; no names
    :param columns: technical names of the columns of a list, by comma
    :param row_count: rows that left
    :param digest: SHA-256 of the file, where it was made here
    """

    user_id: int | None = None
    company_id: int | None = None
    at: datetime | None = None
    kind: str | None = None
    subject: Text | None = None
    parameters: Text | None = None
    columns: Text | None = None
    row_count: int = 0
    digest: Text | None = None


State = Export
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(export, event):
    """Return the export after ``event``."""
    return evolve_common(Export, export, event)


def decide(export, command):
    """Return the events of ``command``, or raise why it is refused."""
    if isinstance(command, Edit | Remove):
        raise ExportStays()
    return decide_common(Export, export, command, check)


def check(export):
    """Refuse an export that does not say who took what."""
    for name in ("user_id", "company_id", "at", "kind", "subject"):
        if not getattr(export, name):
            raise FieldMissing(field=name)
    if (export.row_count or 0) < 0:  # none at all comes as nothing
        raise ExportOfLess()
