"""The life cycle: which rules a status is subject to."""

from __future__ import annotations

from datetime import date

import pytest

from preflight.facts import lifecycle
from preflight.model import Context
from preflight.shell.starter import schema

STATUSES = {
    "proposed": (True, False),
    "approved": (True, True),
    "live": (True, True),
    "deprecated": (True, True),
    "retired": (False, False),
    "rejected": (False, False),
}


@pytest.mark.parametrize("status", STATUSES)
def test_what_a_status_means(status: str) -> None:
    governed, contracted = STATUSES[status]
    record = {"lifecycle": {"status": status}}
    assert lifecycle.of(record, Context(date(2026, 6, 1), {})) == {"governed": governed, "contracted": contracted}


def test_every_status_of_the_schema_is_covered() -> None:
    known = schema("vendor")["properties"]["lifecycle"]["properties"]["status"]["enum"]
    assert set(known) == set(STATUSES)
