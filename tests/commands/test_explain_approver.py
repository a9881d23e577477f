"""``preflight explain VENDOR --for approver``: one screen, from which somebody can decide without reading YAML."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import briefing
from preflight.commands.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-22"


def change(registry: Path, vendor: str, old: str, new: str) -> None:
    file = registry / "vendors" / f"{vendor}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def page(run: Callable[..., Result], registry: Path, *arguments: str) -> str:
    result = run("--root", registry, "explain", *arguments, "--for", "approver")
    assert result.code == 0, result.err
    return result.out


def test_it_fits_one_screen_of_eighty_columns(registry: Path, run: Callable[..., Result]) -> None:
    session = Session(registry, date.fromisoformat(AS_OF), quiet=True)
    vendors = sorted(path.stem for path in (registry / "vendors").glob("*.yaml"))
    pages = {vendor: "\n".join(briefing.lines(session.brief(vendor), 80)) for vendor in vendors}
    assert page(run, registry, vendors[0]) == pages[vendors[0]] + "\n"
    for vendor, text in pages.items():
        assert max(map(len, text.splitlines())) <= 80
        assert len(text.splitlines()) <= 62, vendor


def test_a_change_is_told_in_the_words_of_the_schema_with_its_price(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, "trident-experiments", "amount: 46000", "amount: 52000")
    text = page(run, registry, "trident-experiments", "--base", "HEAD")
    assert "  Contract › Subscriptions › 1 › Price › Amount: 46,000 → 52,000\n" in text
    assert "53,740 EUR a year to the vendor (+6,000 EUR)" in text
    assert "[ ] Chief Financial Officer: open: nobody. Why: 53,740 EUR a year, asked from\n" in text
    assert "Cannot be merged: 1 red flag" in text
    assert "the red flag is an agreement that is still missing" in " ".join(text.split())


def test_without_a_change_it_says_so(registry: Path, run: Callable[..., Result]) -> None:
    text = page(run, registry, "beacon-mail", "--base", "HEAD")
    assert "What changes\n  Nothing in the record.\n" in text
    assert ", as before" in text


def test_without_a_base_it_compares_with_nothing(registry: Path, run: Callable[..., Result]) -> None:
    assert "What changes" not in page(run, registry, "beacon-mail")


def test_a_new_vendor_is_new_as_a_whole(registry: Path, run: Callable[..., Result]) -> None:
    text = (registry / "vendors/quayside-chat.yaml").read_text("utf-8")
    (registry / "vendors/pierhead-chat.yaml").write_text(
        text.replace("id: quayside-chat", "id: pierhead-chat"), "utf-8"
    )
    said = page(run, registry, "pierhead-chat", "--base", "HEAD")
    assert "more changes" in said
    assert "(new)" in said


def test_as_markdown_nothing_of_the_record_becomes_markup(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, "quayside-chat", "name: Quayside Chat\n", "name: '<img src=x> [link](javascript:x) @all'\n")
    text = page(run, registry, "quayside-chat", "--format", "markdown")
    assert "<img" not in text
    assert "[link](" not in text
    assert r"\[link\](javascript" in text, "told, and no link"
    assert "@all" not in text


def test_the_summary_of_a_check_holds_the_pages_of_what_is_proposed(registry: Path, run: Callable[..., Result]) -> None:
    text = run("--root", registry, "check", "--format", "markdown").out
    assert "## To decide" in text
    assert "### ✅ Quayside Chat (`quayside-chat`), proposed" in text
    assert "(`beacon-mail`)" not in text


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        pytest.param(("beacon-mail", "security/assessed", "--for", "approver"), "a vendor as a whole", id="a rule"),
        pytest.param(("beacon-mail", "--base", "HEAD"), "go together with --for approver", id="base alone"),
        pytest.param(("beacon-mail", "--format", "markdown"), "go together with --for approver", id="format alone"),
        pytest.param(("beacn-mail", "--for", "approver"), "Did you mean 'beacon-mail'?", id="a misspelt vendor"),
        pytest.param(("beacon-mail", "--for", "approver", "--base", "nowhere"), "nowhere", id="no such commit"),
    ],
)
def test_what_makes_no_sense_is_refused(
    registry: Path, run: Callable[..., Result], arguments: tuple[str, ...], fault: str
) -> None:
    result = run("--root", registry, "explain", *arguments)
    assert result.code == 2
    assert fault in result.err
    assert result.out == ""
