"""How the stack stood at the end of each quarter: read from real commits, by the rules of today."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from chronicle import Chronicle
from preflight.commands import stocktaking
from preflight.commands.session import Session

if TYPE_CHECKING:
    from preflight.inventory.stock import Moment, Stock

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
RATE = {"EUR": 1.0, "USD": 0.92, "GBP": 1.17}  # of the sample on that day
YEARLY = {"month": 12, "quarter": 4, "year": 1}


def begun(root: Path) -> Chronicle:
    """Write the sample's policies, and two of its vendors, into a folder without history."""
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    told = Chronicle(root)
    told.keep("cask-dam", "sounding-seo")
    shutil.rmtree(root / "vendors" / "decisions", ignore_errors=True)
    return told


def taken(root: Path, at: str | None = None) -> Stock:
    return stocktaking.take(Session(root, TODAY, at, quiet=True))


def moments(root: Path) -> dict[str, Moment]:
    return {each.quarter: each for each in taken(root).moments}


def yearly(*vendors: str) -> float:
    """Return what some of the sample's records cost a year, whose subscriptions all run and are paid as bought."""
    whole = 0.0
    for vendor in vendors:
        record = yaml.safe_load((ROOT / "vendors" / f"{vendor}.yaml").read_text("utf-8"))
        for each in record["cost"]["recurring"]:
            if each["kind"] != "internal-labour":
                whole += each["amount"]["amount"] * RATE[each["amount"]["currency"]] * YEARLY[each["per"]]
        for each in record["cost"].get("usage", ()):
            whole += each["price"]["amount"] * RATE[each["price"]["currency"]] * each["expected"]
    return whole


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry that begins with one vendor, gets a second, breaks a third, and is repaired."""
    root = tmp_path_factory.mktemp("quarters")
    told = begun(root)
    later = (root / "vendors" / "sounding-seo.yaml").read_bytes()
    (root / "vendors" / "sounding-seo.yaml").unlink()
    told.begin(day="2025-11-03")
    (root / "vendors" / "sounding-seo.yaml").write_bytes(later)
    told.commit("A second vendor", day="2026-02-01")
    (root / "vendors" / "broken.yaml").write_text("id: broken\nname: [\n", "utf-8")
    told.commit("A file that nobody can read", day="2026-05-01")
    (root / "vendors" / "broken.yaml").unlink()
    told.edit("cask-dam", "status: live", "status: retired\n  retired_on: 2026-08-15")
    told.commit("Switch one off", day="2026-08-01")
    told.commit("Nothing at all", day="2026-10-15")
    return root


def test_each_quarter_shows_what_was_in_force_at_its_end(past: Path) -> None:
    found = moments(past)
    assert {name: (each.day, dict(each.risks)) for name, each in found.items()} == {
        "2025-Q4": (date(2025, 12, 31), {"high": 1}),
        "2026-Q1": (date(2026, 3, 31), {"high": 1, "low": 1}),
        "2026-Q2": (date(2026, 6, 30), {"": 1, "high": 1, "low": 1}),
        "2026-Q3": (date(2026, 9, 30), {"low": 1}),
        "2026-Q4": (TODAY, {"low": 1}),
    }


def test_cost_is_that_of_the_records_of_the_day_at_the_rates_of_today(past: Path) -> None:
    found = moments(past)
    assert found["2025-Q4"].annual == pytest.approx(yearly("cask-dam"), abs=0.01)
    assert found["2026-Q1"].annual == pytest.approx(yearly("cask-dam", "sounding-seo"), abs=0.01)
    assert found["2026-Q2"].annual == found["2026-Q1"].annual
    assert found["2026-Q3"].annual == pytest.approx(yearly("sounding-seo"), abs=0.01)


def test_the_last_moment_is_that_of_the_cards(past: Path) -> None:
    stock = taken(past)
    assert stock.moments[-1].annual == pytest.approx(sum(each.at_least or 0 for each in stock.governed))
    assert sum(stock.moments[-1].risks.values()) == len(stock.governed)


def test_an_earlier_commit_knows_nothing_of_what_came_later(past: Path) -> None:
    earlier = Chronicle(past).git("rev-list", "HEAD").split()[-2]
    assert [each.quarter for each in taken(past, earlier).moments][-2:] == ["2026-Q3", "2026-Q4"]
    assert {dict(each.risks).get("", 0) for each in taken(past, earlier).moments} == {0}


def test_a_day_that_was_set_back_brings_nothing_into_the_past(tmp_path: Path) -> None:
    told = begun(tmp_path)
    later = (tmp_path / "vendors" / "sounding-seo.yaml").read_bytes()
    (tmp_path / "vendors" / "sounding-seo.yaml").unlink()
    told.begin(day="2026-05-03")
    told.commit("On with it", day="2026-08-03")
    (tmp_path / "vendors" / "sounding-seo.yaml").write_bytes(later)
    told.commit("Claims to be from long ago", day="2026-05-05")
    assert {name: dict(each.risks) for name, each in moments(tmp_path).items()} == {
        "2026-Q2": {"high": 1},
        "2026-Q3": {"high": 1, "low": 1},
        "2026-Q4": {"high": 1, "low": 1},
    }


def test_the_rules_of_today_judge_the_records_of_then(tmp_path: Path) -> None:
    told = begun(tmp_path)
    told.begin(day="2026-05-03")
    path = tmp_path / "policies" / "risk.yaml"
    text = path.read_text("utf-8")
    (line,) = [each for each in text.splitlines() if each.startswith("totals:")]
    path.write_text(text.replace(line, "totals: {low: 0, medium: 0, high: 0, critical: 0}"), "utf-8")
    told.commit("All is critical from now on", day="2026-10-03")
    assert [dict(each.risks) for each in taken(tmp_path).moments] == [{"critical": 2}] * 3


def test_a_history_within_one_quarter_is_no_trend(tmp_path: Path) -> None:
    begun(tmp_path).begin(day="2026-10-03")
    assert taken(tmp_path).moments == ()


def test_a_folder_without_git_has_no_trend(tmp_path: Path) -> None:
    begun(tmp_path)
    assert taken(tmp_path).moments == ()


def test_records_that_lay_elsewhere_are_not_counted(tmp_path: Path) -> None:
    told = begun(tmp_path)
    (tmp_path / "vendors").rename(tmp_path / "tools")
    told.begin(day="2026-02-03")
    (tmp_path / "tools").rename(tmp_path / "vendors")
    told.commit("Where they belong", day="2026-08-03")
    assert [each.quarter for each in taken(tmp_path).moments] == ["2026-Q3", "2026-Q4"]


def test_no_more_than_eight_quarters_are_read(tmp_path: Path) -> None:
    told = begun(tmp_path)
    told.begin(day="2020-02-03")
    found = [each.quarter for each in taken(tmp_path).moments]
    assert (found[0], found[-1], len(found)) == ("2025-Q1", "2026-Q4", 8)
