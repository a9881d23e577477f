"""Charts: what a page shows as a picture, with the figures behind it. Drawn while the site is built, from no network.

A chart is drawn twice, for light and for dark pages, into ``charts/NAME.svg`` and ``charts/NAME-dark.svg``. Texts go in
as data, never as a part of the drawing's own language, so that the writer of the SVG escapes them. The same figures
give the same bytes. Templates show a ``Figure`` by the macro of charts.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import vl_convert

from preflight.inventory.charts.schemes import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import altair as alt

    from preflight.inventory.charts.schemes import Scheme
    from preflight.model import Json

FOLDER = "charts"
PADDING = {"left": 22, "right": 12, "top": 4, "bottom": 4}  # pixels: another font may be wider than the one measured
LANGUAGE = "6.4"  # of Vega-Lite, as vl-convert has it; named, so that a newer one there changes nothing here

_SIZE = re.compile(r'<svg [^>]*?width="(\d+)" height="(\d+)"')


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table behind a chart. ``kind`` says what its cells are: text, number, money, day, vendor (id)."""

    title: str
    kind: str = "text"

    @property
    def right(self) -> bool:
        """Whether it is set to the right."""
        return self.kind in {"number", "money"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn chart. ``finding`` is the sentence that says what one sees, ``caption`` what is counted, and how."""

    name: str
    finding: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Json, ...], ...]
    light: bytes
    dark: bytes
    width: int
    height: int

    @property
    def files(self) -> Iterator[tuple[str, bytes]]:
        """The two pictures, by path from the root of the site."""
        yield f"{FOLDER}/{self.name}.svg", self.light
        yield f"{FOLDER}/{self.name}-dark.svg", self.dark


def figure(  # noqa: PLR0913 - a chart is what is said of it as much as what is drawn
    name: str,
    draw: Callable[[Scheme], alt.TopLevelMixin] | None,
    *,
    finding: str,
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Json]],
) -> Figure | None:
    """Return a chart, drawn for both schemes; None where there is nothing to draw, or no figure behind it.

    ``name`` is the stem of its files: of our own making, never from a record.
    """
    listed = tuple(tuple(row) for row in rows)
    if draw is None or not listed:
        return None
    light, dark = (drawn(draw(scheme), scheme) for scheme in (LIGHT, DARK))
    size = _SIZE.match(light)
    if size is None:
        raise AssertionError  # what writes the SVG says how large it is
    width, height = (int(each) for each in size.groups())
    return Figure(name, finding, caption, tuple(columns), listed, light.encode(), dark.encode(), width, height)


def drawn(chart: alt.TopLevelMixin, scheme: Scheme) -> str:
    """Return a chart as SVG in the colours of a scheme."""
    plain = {"padding": PADDING} | chart.to_dict() | {"config": scheme.config, "background": None}
    found: str = vl_convert.vegalite_to_svg(plain, vl_version=LANGUAGE, allowed_base_urls=[])
    return found + "\n"
