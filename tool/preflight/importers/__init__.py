"""Bytes → candidate records, one module a format, listed in IMPORTERS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.importers import issue_form

if TYPE_CHECKING:
    from preflight.importers.candidates import Importer

IMPORTERS: tuple[Importer, ...] = (issue_form,)


def named(name: str) -> Importer:
    """Return the importer of that name. Raises KeyError."""
    return {each.NAME: each for each in IMPORTERS}[name]
