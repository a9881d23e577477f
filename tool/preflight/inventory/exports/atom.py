"""The latest changes as an Atom feed (RFC 4287): an entry a commit."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from preflight.escaping import visible, xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Event, Stock

TITLE = ""
PATH = "feed.atom"
NAMESPACE = "http://www.w3.org/2005/Atom"
MOST = 50
MOST_TOLD = 20  # vendors and fields of one entry
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:preflight:feed")


def offered(stock: Stock) -> bool:
    """Whether there is a history."""
    return bool(stock.events)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the feed."""
    stock = site.stock
    commits: dict[str, list[Event]] = {}
    for event in stock.events or ():
        if event.commit not in commits and len(commits) == MOST:
            break
        commits.setdefault(event.commit, []).append(event)
    feed = ET.Element("feed", {"xmlns": NAMESPACE})
    _put(feed, "title", f"{stock.title}: changes")
    _put(feed, "id", _IDS.urn)
    _put(feed, "updated", _moment(max((events[0].day for events in commits.values()), default=stock.as_of)))
    ET.SubElement(feed, "link", {"rel": "self", "href": PATH})
    ET.SubElement(feed, "link", {"href": "audit.html"})
    for commit, events in commits.items():
        feed.append(_entry(site, commit, events))
    ET.indent(feed)
    yield PATH, ET.tostring(feed, "utf-8", xml_declaration=True) + b"\n"


def _entry(site: Site, commit: str, events: Sequence[Event]) -> ET.Element:
    entry = ET.Element("entry")
    about = events[0]
    _put(entry, "title", about.subject or f"Commit {commit[:12]}")
    _put(entry, "id", uuid.uuid5(_IDS, commit).urn)
    _put(entry, "updated", _moment(about.day))
    _put(ET.SubElement(entry, "author"), "name", about.author or "unknown")
    vendors = sorted({event.vendor for event in events if event.vendor})
    ET.SubElement(
        entry,
        "link",
        {"href": site.vendor(vendors[0]) if len(vendors) == 1 and site.vendor(vendors[0]) else "audit.html"},
    )
    _put(entry, "summary", "\n".join(_lines(site, events)))
    return entry


def _lines(site: Site, events: Sequence[Event]) -> Iterator[str]:
    for event in events[:MOST_TOLD]:
        what = site.name(event.vendor) if event.vendor else "The rules"
        fields = ", ".join(each.pointer for each in event.edits[:MOST_TOLD])
        yield f"{what}: {event.kind}{' ' + fields if fields else ''}"
    if len(events) > MOST_TOLD:
        yield f"and {len(events) - MOST_TOLD} more"


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = xml("\n".join(visible(line) for line in text.splitlines()))


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
