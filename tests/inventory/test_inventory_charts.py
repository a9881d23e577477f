"""Charts: what is drawn, with the figures behind it; the same bytes each time, and texts of records stay texts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from inventory.reading import Page, harm
from inventory.stocks import HOSTILE, TODAY, stock
from preflight.inventory import site as site_module
from preflight.inventory.charts import Column, Figure, drawn, figure
from preflight.inventory.charts.schemes import DARK, LIGHT
from preflight.inventory.charts.shapes import LONGEST, Bar, Span, bars, quarters, short, timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

    from preflight.inventory.charts.schemes import Scheme

SVG = "{http://www.w3.org/2000/svg}"
DRAWN_OF = {f"{SVG}{name}" for name in ("svg", "g", "path", "rect", "line", "text")}
# What a program in another language would stumble over: properties of every object, halves of characters.
TRAPS = (
    *HOSTILE,
    "__proto__",
    "constructor",
    "toString",
    "datum['x']",
    "]]>",
    "&amp;",
    "🙂" * 40,
    "日本語" * 20,
    "",
    " ",
)
TOOL = Path(__file__).parents[2] / "tool"


def texts(svg: str) -> list[str]:
    """Return the texts of a drawing, after a look at what else is in it."""
    root = ET.fromstring(svg)  # noqa: S314 - our own, of a moment ago
    assert {each.tag for each in root.iter()} <= DRAWN_OF
    for each in root.iter():
        assert not [name for name in each.attrib if name.startswith("on") or name.endswith("href")], each.attrib
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def picture(draw: Callable[[Scheme], alt.TopLevelMixin] | None, scheme: Scheme = LIGHT) -> str:
    assert draw is not None
    return drawn(draw(scheme), scheme)


def plain(name: str = "cost") -> Figure:
    found = figure(
        name,
        bars([Bar("Acme", 1200.0, "1,200"), Bar("Bolt", 300.0, "300")]),
        finding="Acme costs the most.",
        caption="EUR a year.",
        columns=(Column("Vendor", "vendor"), Column("EUR a year", "money"), Column("Since", "day")),
        rows=[("acme", 1200.0, date(2026, 1, 2)), ("bolt", None, None)],
    )
    assert found is not None
    return found


# ---- What is drawn --------------------------------------------------------------------------------


def test_every_bar_has_its_label_and_its_figure() -> None:
    assert sorted(texts(picture(bars([Bar("Mail", 1200.0, "1,200"), Bar("CRM", 300.0, "300")])))) == [
        "1,200",
        "300",
        "CRM",
        "Mail",
    ]


def test_columns_by_quarter_have_their_figures_and_a_row_a_group() -> None:
    items = [Bar(f"Q{n} 2026", float(n), str(n), group) for group in ("high", "low") for n in (1, 2)]
    said = texts(picture(quarters(items, lambda scheme: [scheme.risks["high"], scheme.risks["low"]])))
    assert sorted(said) == ["1", "1", "2", "2", "Q1 2026", "Q2 2026", "high", "low"]


def test_a_time_line_shows_days_as_they_are_whatever_the_time_zone() -> None:
    spans = [Span("Acme · Mail", "900 EUR", date(2026, 12, 1), date(2027, 3, 1)), Span("Bolt", "not known")]
    said = texts(picture(timeline(spans, TODAY, date(2028, 5, 22), ("Last day to cancel", "End of term"))))
    assert {"Acme · Mail", "900 EUR", "Jan 2027", "Apr 2028", "Last day to cancel", "End of term"} <= set(said)


def test_both_schemes_draw_the_same_in_their_own_colours() -> None:
    draw = bars([Bar("Mail", 1200.0, "1,200")])
    light, dark = picture(draw, LIGHT), picture(draw, DARK)
    assert LIGHT.accent in light
    assert LIGHT.text in light
    assert DARK.accent in dark
    assert DARK.text in dark
    assert dark.replace(DARK.accent, LIGHT.accent).replace(DARK.text, LIGHT.text) == light


def test_colours_are_those_of_the_sheet() -> None:
    sheet = (TOOL / "preflight" / "inventory" / "assets" / "site.css").read_text("utf-8")
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    for scheme, part in ((LIGHT, light), (DARK, dark)):
        for name, colour in (("text", scheme.text), ("soft", scheme.soft), ("accent", scheme.accent)):
            assert f"--{name}: {colour};" in part
        for level, colour in scheme.risks.items():
            assert f"--risk-{level or 'none'}: {colour};" in part


@pytest.mark.parametrize(
    "draw",
    [bars([]), bars([Bar("Mail", 0.0, "0")]), quarters([], lambda _: []), timeline([], TODAY, TODAY, ("a", "b"))],
)
def test_nothing_is_drawn_of_nothing(draw: None) -> None:
    assert draw is None
    assert figure("x", draw, finding="", caption="", columns=(Column("x"),), rows=[("x",)]) is None


def test_without_a_figure_behind_it_there_is_no_chart() -> None:
    draw = bars([Bar("Mail", 1.0, "1")])
    assert figure("x", draw, finding="", caption="", columns=(), rows=[]) is None


# ---- Texts of records -----------------------------------------------------------------------------


def test_hostile_names_are_written_and_do_nothing() -> None:
    said = texts(picture(bars([Bar(each, 100.0, each) for each in TRAPS])))
    for each in TRAPS:
        assert said.count(short(each)) >= 2, each[:40]


def test_hostile_names_are_written_on_a_time_line() -> None:
    spans = [Span(each, each, date(2027, 1, 1)) for each in TRAPS]
    said = texts(picture(timeline(spans, TODAY, date(2028, 5, 22), ("cancel", "end"))))
    assert "<script>alert(1)</script>" in said
    assert "constructor" in said


def test_long_names_are_shortened_and_equal_ones_stay_apart() -> None:
    assert short("x" * 10_000) == "x" * (LONGEST - 1) + "…"
    assert short("🙂" * 100) == "🙂" * ((LONGEST - 1) // 2) + "…"
    said = texts(picture(bars([Bar("x" * 99, 2.0, "2"), Bar("x" * 100, 1.0, "1")])))
    assert said.count("x" * (LONGEST - 1) + "…") == 2


def test_what_cannot_be_seen_is_shown() -> None:
    assert short("a\u202eb\nc") == r"a\u{202e}b\u{a}c"
    assert short("  ") == "–"


# ---- The same bytes -------------------------------------------------------------------------------

AGAIN = """
from datetime import date
from preflight.inventory.charts import drawn
from preflight.inventory.charts.schemes import DARK
from preflight.inventory.charts.shapes import Bar, Span, bars, quarters, timeline
import sys
day = date(2027, 1, 1)
for draw in (
    bars([Bar(name, 5.0, name, name) for name in ("one-off", "<b>", "constructor")], ("one-off", "<b>")),
    quarters([Bar("Q1 2026", 3.0, "3", level) for level in ("low", "high")], lambda scheme: [scheme.accent] * 2),
    timeline([Span("a", "b", day, day)], date(2026, 11, 22), date(2028, 5, 22), ("cancel", "end")),
):
    sys.stdout.write(drawn(draw(DARK), DARK))
"""


def test_other_processes_in_other_places_draw_the_same_bytes() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", AGAIN],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": language, "PYTHONPATH": str(TOOL)},
            check=True,
            capture_output=True,
        ).stdout
        for zone, seed, language in (("Asia/Tokyo", "1", "C"), ("America/New_York", "2", "de_DE.UTF-8"))
    ]
    assert told[0] == told[1]
    assert told[0].count(b"<svg ") == 3


# ---- On a page ------------------------------------------------------------------------------------


def shown(chart: Figure | None) -> Page:
    site = site_module.of(stock({"id": "acme", "name": "Acme <b>"}))
    text = '{% import "charts.html" as show with context %}{{ show.figure(chart) }}'
    return Page(site.environment.from_string(text).render(chart=chart, root="../", path="x.html").encode())


def test_a_chart_stands_on_a_page_with_both_schemes_a_finding_and_its_figures() -> None:
    page = shown(plain())
    assert harm(page) == []
    ((source,), (image,)) = page.all("source"), page.all("img")
    assert source == {"media": "(prefers-color-scheme: dark)", "srcset": "../charts/cost-dark.svg"}
    assert image["src"] == "../charts/cost.svg"
    assert image["alt"] == "Acme costs the most."
    assert int(image["width"]) > 200
    assert "Acme <b> 1,200 2 Jan 2026" in page.text
    assert "bolt not known not known" in page.text
    assert page.links == ["../vendors/acme.html"]


def test_no_chart_is_shown_where_there_is_none() -> None:
    assert shown(None).elements == []


def test_the_files_of_a_chart_are_its_two_pictures() -> None:
    assert [path for path, _ in plain().files] == ["charts/cost.svg", "charts/cost-dark.svg"]
