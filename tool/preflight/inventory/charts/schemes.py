"""The colours of charts, as site.css names them, in both schemes; and the fonts, whose widths are known everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.model import JsonObject

# The first comes with what draws, so that texts are measured alike on every machine; the others are as wide.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SIZE = 13


@dataclass(frozen=True)
class Scheme:
    """One scheme: what text, lines and bars look like."""

    text: str
    soft: str
    line: str
    accent: str
    second: str
    risks: Mapping[str, str]

    @cached_property
    def config(self) -> JsonObject:
        """What holds for all charts of the scheme."""
        label = {"font": FONT, "fontSize": SIZE, "color": self.text}
        return {
            "aria": False,  # pages have a text of their own; and days in it would follow the local clock
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFont": FONT,
                "labelFontSize": SIZE,
                "labelColor": self.text,
                "titleColor": self.soft,
                "titleFontSize": SIZE,
                "titleFontWeight": "normal",
                "domainColor": self.line,
                "tickColor": self.line,
                "gridColor": self.line,
                "ticks": False,
                "labelPadding": 6,
            },
            "header": {
                "labelFont": FONT,
                "labelFontSize": SIZE,
                "labelColor": self.text,
                "title": None,
            },
            "text": label,
            "rule": {"color": self.soft},
        }


LIGHT = Scheme(
    text="#16202e",
    soft="#4d5a6d",
    line="#d5dae2",
    accent="#1b4f8f",
    second="#8a94a6",
    risks={"low": "#2f7d4f", "medium": "#b07700", "high": "#c2500b", "critical": "#a8141b", "": "#6b7688"},
)
DARK = Scheme(
    text="#e8edf4",
    soft="#aeb9c9",
    line="#313c4b",
    accent="#84b9ff",
    second="#74829a",
    risks={"low": "#5fbf86", "medium": "#e0ac3d", "high": "#f0904f", "critical": "#ff8a83", "": "#8d99ab"},
)
