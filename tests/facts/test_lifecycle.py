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
    record = {"lifecycle": {"status": status, "retired_on": "2026-06-01"}}
    assert lifecycle.of(record, Context(date(2026, 6, 1), {})) == {"governed": governed, "contracted": contracted}


@pytest.mark.parametrize(
    "lifecycle_section",
    [
        pytest.param({"status": "retired"}, id="retired, nobody says when"),
        pytest.param({"status": "retired", "retired_on": "2026-06-02"}, id="retired from tomorrow"),
        pytest.param({"status": "rejected", "live_on": "2025-01-01"}, id="rejected, and live before"),
        pytest.param({"status": "rejected", "signed_on": "2025-01-01"}, id="rejected, and signed before"),
    ],
)
def test_a_word_alone_does_not_switch_the_rules_off(lifecycle_section: dict[str, str]) -> None:
    facts = lifecycle.of({"lifecycle": lifecycle_section}, Context(date(2026, 6, 1), {}))
    assert facts["governed"] is True


def test_every_status_of_the_schema_is_covered() -> None:
    known = schema("vendor")["properties"]["lifecycle"]["properties"]["status"]["enum"]
    assert set(known) == set(STATUSES)
