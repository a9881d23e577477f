"""A badge and a card of each vendor as SVG, to show on other pages. They carry no price."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from preflight.escaping import visible, xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Detail

SVG = "http://www.w3.org/2000/svg"
FONT = "Verdana,DejaVu Sans,Geneva,sans-serif"
GREY, GREEN, AMBER, RED = "#4b5563", "#17663a", "#8a5200", "#a8141b"
CHARACTER = 6.6  # pixels of one, at 11 px; texts are stretched to what was reckoned
LONGEST = 36


def of_vendor(site: Site, card: Card, detail: Detail) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the shape of a leaf
    """Yield both."""
    stem = site.stems[card.id]
    yield f"badges/{stem}.svg", _svg(_badge(card))
    yield f"cards/{stem}.svg", _svg(_card(site, card))


def verdict(card: Card) -> tuple[str, str]:
    """Return how a vendor stands, in a few words, and the colour of it."""
    if card.red_flags is None:
        return "not judged", GREY
    if card.red_flags:
        return f"{card.red_flags} red flag{'s' if card.red_flags > 1 else ''}", RED
    return (f"{card.waived} waived", AMBER) if card.waived else ("no red flag", GREEN)


def _badge(card: Card) -> ET.Element:
    said, colour = verdict(card)
    name = _short(card.name)
    left, right = (int(len(text) * CHARACTER) + 12 for text in (name, said))
    badge = _picture(left + right, 20, f"{card.name}: {said}")
    ET.SubElement(badge, "rect", {"width": str(left), "height": "20", "fill": "#374151"})
    ET.SubElement(badge, "rect", {"x": str(left), "width": str(right), "height": "20", "fill": colour})
    for text, start, width in ((name, 6, left - 12), (said, left + 6, right - 12)):
        _text(badge, text, start, 14, {"font-size": "11", "fill": "#fff", "textLength": str(width)})
    return badge


def _card(site: Site, card: Card) -> ET.Element:
    said, colour = verdict(card)
    picture = _picture(360, 130, f"{card.name}: {said}")
    frame = {"x": "0.5", "y": "0.5", "width": "359", "height": "129", "rx": "8", "fill": "#fff", "stroke": "#d5dae2"}
    ET.SubElement(picture, "rect", frame)
    ET.SubElement(picture, "rect", {"width": "6", "height": "130", "fill": colour})
    _text(picture, _short(card.name), 20, 30, {"font-size": "17", "font-weight": "bold", "fill": "#16202e"})
    lines = [
        " · ".join(each for each in (card.category.replace("-", " "), card.status) if each),
        f"Risk: {card.risk or 'not known'}   {said}",
        "Owners: " + (", ".join(who.name for _, who in sorted(card.owners.items())) or "nobody named"),
        f"As of {site.stock.as_of.isoformat()}",
    ]
    for at, line in enumerate(lines):
        _text(picture, _short(line, 52), 20, 54 + 20 * at, {"font-size": "12", "fill": "#4d5a6d"})
    return picture


def _picture(width: int, height: int, title: str) -> ET.Element:
    box = {"xmlns": SVG, "width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}", "role": "img"}
    picture = ET.Element("svg", {**box, "font-family": FONT})
    ET.SubElement(picture, "title").text = xml(visible(title))
    return picture


def _text(picture: ET.Element, text: str, x: int, y: int, more: dict[str, str]) -> None:
    ET.SubElement(picture, "text", {"x": str(x), "y": str(y), **more}).text = xml(text)


def _short(text: str, most: int = LONGEST) -> str:
    shown = visible(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _svg(picture: ET.Element) -> bytes:
    text: bytes = ET.tostring(picture, "utf-8")
    return text + b"\n"
