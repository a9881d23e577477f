"""The shapes of charts: bars, columns by quarter, and a time line. Every bar has its figure beside it.

Each function takes plain rows and returns what draws them in a scheme; None where there is nothing to draw. Texts of
records are only ever written: what draws finds its places by keys of ours, and would stumble over a vendor that is
called "constructor".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import altair as alt

from preflight.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from preflight.inventory.charts.schemes import Scheme
    from preflight.model import Json

LONGEST, LONGER = (
    30,
    46,
)  # characters of a label, and of one of a time line; wide ones count twice; the table beside the chart has the whole
PADDING = {"left": 48, "right": 24, "top": 4, "bottom": 4}  # of a time line, whose labels are longer
BAR = 26  # pixels from one bar to the next
WIDE = 230  # pixels of the longest bar
ROOM = 1.4  # times the longest bar: space for the figure beside it


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, and the figure as people read it. ``group`` is that of grouped bars."""

    label: str
    length: float
    text: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One line of a time line: up to two days, and a text behind the last."""

    label: str
    text: str
    cancel: date | None = None
    end: date | None = None


def short(text: str, longest: int = LONGEST) -> str:
    """Return a label: nothing hidden in it, and not too long. What draws would cut a pair of surrogates in two."""
    shown = visible(text).strip() or "–"
    widths = list(accumulate(2 if east_asian_width(each) in "WF" or each > "\uffff" else 1 for each in shown))
    if widths[-1] <= longest:
        return shown
    return shown[: sum(width < longest for width in widths)].rstrip() + "…"


def bars(items: Sequence[Bar], kinds: Sequence[str] = ()) -> Callable[[Scheme], alt.TopLevelMixin] | None:
    """Return horizontal bars in the order given; the group of each is one of two ``kinds``, which have a colour each.

    The label has to tell the kind, too: nobody should need the colour.
    """
    if not any(each.length for each in items):
        return None
    rows = _rows(items)

    def draw(scheme: Scheme) -> alt.TopLevelMixin:
        data = alt.Chart(alt.InlineData(rows)).encode(y=alt.Y("key:N").axis(None))
        longest = max(each.length for each in items)
        base = data.encode(x=alt.X("length:Q").axis(None).scale(domain=[0, longest * ROOM], nice=False))
        colour = alt.Color("group:N", legend=None).scale(domain=list(kinds), range=[scheme.accent, scheme.second])
        filled = base.mark_bar(size=BAR * 0.6, color=scheme.accent)
        shown = filled.encode(color=colour) if kinds else filled
        texts = base.mark_text(align="left", dx=5).encode(text="text:N")
        return alt.layer(shown, texts, _labels(data)).properties(width=WIDE, height=alt.Step(BAR))

    return draw


def quarters(
    items: Sequence[Bar], colours: Callable[[Scheme], Sequence[str]]
) -> Callable[[Scheme], alt.TopLevelMixin] | None:
    """Return small columns by quarter, a row of them for each group in the order given, one colour a group.

    Labels and groups are ours.
    """
    if not any(each.length for each in items):
        return None
    names = list(dict.fromkeys(each.group for each in items))
    rows = _rows(items)

    def draw(scheme: Scheme) -> alt.TopLevelMixin:
        data = alt.InlineData(rows)
        x = alt.X("label:N").sort(None).title(None).axis(labelAngle=0, labelFontSize=11.5)
        top = alt.Scale(domain=[0, max(each.length for each in items) * 1.25], nice=False)
        y = alt.Y("length:Q").axis(None).scale(top)
        colour = alt.Color("group:N", legend=None).scale(domain=names, range=list(colours(scheme)))
        base = alt.Chart(data).encode(x=x, y=y)
        shape = alt.layer(
            base.mark_bar(size=26).encode(color=colour),
            base.mark_text(dy=-8).encode(text="text:N"),
        ).properties(width=470, height=64 if len(names) > 1 else 130)
        return shape.facet(row=_header(names), spacing=6) if len(names) > 1 else shape

    return draw


def timeline(
    items: Sequence[Span], first: date, last: date, legend: tuple[str, str]
) -> Callable[[Scheme], alt.TopLevelMixin] | None:
    """Return a line for each item in the order given: a diamond for the last day to cancel, a bar for the end."""
    if not items:
        return None
    rows = [_spanned(number, each, first, last) for number, each in enumerate(items)]
    marks = [
        {"key": row["key"], "at": row[member], "what": what}
        for row in rows
        for member, what in zip(("cancel", "end"), legend, strict=True)
        if row[member] is not None
    ]

    def draw(scheme: Scheme) -> alt.TopLevelMixin:
        sides = alt.Scale(type="utc", domain=[_at(first), _at(last)], nice=False)
        months = "utcFormat(datum.value, '%b %Y')"  # else the labels would follow the clock of the machine
        ticks = {"interval": "month", "step": 3}
        axis = alt.Axis(labelExpr=months, tickCount=ticks, orient="top", grid=True, labelFlush=False)
        y = alt.Y("key:N").axis(None)
        data = alt.Chart(alt.InlineData(rows)).encode(y=y)
        line = data.mark_rule(strokeWidth=2, color=scheme.line).encode(
            x=alt.X("from:T", scale=sides, axis=axis, title=None), x2="to:T"
        )
        points = (
            alt.Chart(alt.InlineData(marks))
            .mark_point(filled=True, size=95, opacity=1)
            .encode(
                y=y,
                x=alt.X("at:T", scale=sides),
                shape=alt.Shape("what:N", legend=_legend(scheme)).scale(
                    domain=list(legend), range=["diamond", "square"]
                ),
                color=alt.Color("what:N", legend=_legend(scheme)).scale(
                    domain=list(legend), range=[scheme.risks["high"], scheme.accent]
                ),
            )
        )
        texts = data.mark_text(align="left", dx=10).encode(x=alt.X("to:T", scale=sides), text="text:N")
        return alt.layer(line, points, texts, _labels(data)).properties(
            width=560, height=alt.Step(BAR), padding=PADDING
        )

    return draw


# ---- Parts ----------------------------------------------------------------------------------------


def _labels(data: alt.Chart) -> alt.Chart:
    """Return the labels of lines, to the left of where those begin."""
    labels: alt.Chart = data.mark_text(align="right", dx=-8).encode(x=alt.value(0), text="label:N")
    return labels


def _rows(items: Sequence[Bar]) -> list[dict[str, Json]]:
    return [
        {"key": _key(number), "label": short(each.label), "length": each.length, "text": short(each.text)}
        | {"group": each.group}
        for number, each in enumerate(items)
    ]


def _key(number: int) -> str:
    return f"line-{number:03}"


def _header(names: list[str]) -> alt.Row:
    return alt.Row(
        "group:N", sort=names, title=None, header=alt.Header(labelAngle=0, labelAlign="left", labelAnchor="middle")
    )


def _legend(scheme: Scheme) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="bottom",
        direction="horizontal",
        labelColor=scheme.text,
        labelFontSize=13,
        labelLimit=0,
        columnPadding=30,
    )


def _spanned(number: int, item: Span, first: date, last: date) -> dict[str, Json]:
    days = [min(max(each, first), last) for each in (item.cancel, item.end) if each is not None]
    begin, end = (min(days), max(days)) if days else (first, first)
    within = [each if each is not None and first <= each <= last else None for each in (item.cancel, item.end)]
    cancel, ends = (None if each is None else _at(each) for each in within)
    return {
        "key": _key(number),
        "label": short(item.label, LONGER),
        "text": short(item.text),
        "from": _at(begin),
        "to": _at(end),
        "cancel": cancel,
        "end": ends,
    }


def _at(day: date) -> int:
    """Return a day as what counts from 1970: so that no time zone moves it."""
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)
