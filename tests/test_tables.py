"""Tables for eighty columns: cells are wrapped, and text in them stays text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.tables import WIDTH, Cell, table, wrapped


def test_a_table_of_short_cells_is_plain() -> None:
    assert list(table([("a", "one"), ("b", "two")], ("id", "what"), (10, 20))) == [
        "id    what",
        "----  ------",
        "a     one",
        "b     two",
    ]


def test_long_cells_are_wrapped_and_rows_set_apart() -> None:
    rows: list[tuple[Cell, Cell]] = [(("acme", "Acme Mail"), "a sentence that does not fit"), ("b", "short")]
    assert list(table(rows, ("id", "what"), (10, 14))) == [
        "id         what",
        "---------  -------------",
        "acme       a sentence",
        "Acme Mail  that does not",
        "           fit",
        "",
        "b          short",
    ]


def test_an_empty_cell_is_a_cell() -> None:
    assert list(table([("a", ""), (("b", "c"), "")], ("id", "x"), (10, 10)))[2:] == ["a", "", "b", "c"]


texts = st.text(st.characters(exclude_categories=["Mn", "Me", "Mc"]), max_size=60)


@settings(deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=4))
def test_no_text_breaks_out_of_its_table(rows: list[tuple[str, str]]) -> None:
    lines = list(table(rows, ("one", "other"), (30, 48)))
    assert max(map(len, lines)) <= WIDTH + 10  # a colon at the start of a line is shown by its number
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_what_has_hyphens_is_not_torn_apart() -> None:
    assert list(wrapped("revoke 2026-11-22-cfo-bda1d0db", 26)) == ["revoke", "2026-11-22-cfo-bda1d0db"]


def test_a_wrapped_line_gives_no_orders_to_the_log_of_a_job() -> None:
    assert list(wrapped("aaaaaaa ::error", 9)) == ["aaaaaaa", r"\u{3a}:error"]
