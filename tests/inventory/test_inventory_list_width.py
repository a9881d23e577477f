"""The list of vendors on terminals of any width: as much as fits, and what does not is told."""

from __future__ import annotations

from typing import Any

import pytest

from preflight.inventory import listing

ROWS: list[dict[str, Any]] = [
    {
        "id": "harbourgate-consent",
        "name": "Harbourgate Consent Platform",
        "category": "consent-management",
        "status": "live",
        "marketing owner": "elise-fontaine",
        "it owner": "ines-albrecht",
        "red flags": 0,
        "warnings": 12,
        "advice": 1,
        "complete %": 97,
    },
    {"id": "cask", "name": "Cask", "category": "dam", "status": "deprecated", "marketing owner": "joao-pinheiro"}
    | {"it owner": None, "red flags": 1, "warnings": 0, "advice": 0, "complete %": None},
]


def shown(width: int, rows: list[dict[str, Any]] = ROWS) -> list[str]:
    return listing.table(rows, "2026-11-22", width).splitlines()


def test_eighty_columns_hold_what_matters_most_and_say_what_is_left_out() -> None:
    assert shown(80) == [
        "id                   name                  status      red    warnings  complete",
        "                                                       flags            %",
        "-------------------  --------------------  ----------  -----  --------  --------",
        "harbourgate-consent  Harbourgate Consent…  live        0      12        97",
        "cask                 Cask                  deprecated  1      0",
        "",
        "Left out here: it owner, advice, category, marketing owner. A wider terminal",
        "shows more, and --format csv everything.",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 133, 165, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(width))) <= width


def test_a_wide_terminal_and_a_file_get_everything() -> None:
    assert listing.table(ROWS, "2026-11-22") == listing.table(ROWS, "2026-11-22", 0)
    whole = "\n".join(shown(200))
    assert "Harbourgate Consent Platform" in whole
    assert "Left out here" not in whole
    piped = listing.table(ROWS, "2026-11-22")
    assert all(title in piped.splitlines()[0] for title in ROWS[0])


def test_columns_that_were_asked_for_are_cut_before_they_go() -> None:
    rows = [{"id": "a", "one": "x" * 60, "two": "y" * 60}]
    [_, _, row] = shown(40, rows)
    assert row == f"a   {'x' * 16}…  {'y' * 16}…"


def test_a_hostile_cell_stays_text() -> None:
    text = "\n".join(shown(60, [{"id": "a", "name": "\x1b[31m\u202eevil"}]))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_nobody_is_a_table_without_rows() -> None:
    assert listing.table([], "2026-11-22", 80) == "\n"
