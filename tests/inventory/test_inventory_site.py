"""The whole site: the same bytes every time, links that lead somewhere, and records that are nothing but text."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from inventory.reading import HOSTILE_PAGES, Page, harm, hostile_stock, sample
from inventory.stocks import event, hostile, stock
from preflight.inventory import frame
from preflight.inventory import site as pages

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock

TESTS = Path(__file__).parents[1]
# A view of the table is told in the fragment of its address.
VIEWS = ("vendors.html",)
# What these pages have beside text and tables: forms, a drawing, and its data in a file of the site.
FORMS = ("button", "dialog", "fieldset", "form", "legend", "optgroup", "option", "select")
DRAWING = ("defs", "g", "h4", "marker", "path", "polygon", "rect", "svg", "text")
OURS = {
    "map.html": {f"<{tag}>" for tag in FORMS},
    "calendar.html": {f"<{tag}>" for tag in FORMS},
    "integrations.html": {f"<{tag}>" for tag in FORMS + DRAWING} | {"a script of its own"},
}
DIGESTS = "import json; from inventory.test_inventory_site import digests; print(json.dumps(digests()))"


def files(shown: Stock) -> dict[str, bytes]:
    """Return the whole site by path; no path is written twice."""
    site = pages.of(shown)
    found: dict[str, bytes] = {}
    written = [*pages.whole(site), *(each for card in shown.cards for each in pages.of_vendor(site, card.id))]
    for path, data in written:
        assert path not in found
        found[path] = data
    return found


@cache
def sample_files() -> dict[str, bytes]:
    return files(sample())


def digests() -> dict[str, str]:
    """Return what tells one site of the sample from another."""
    return {path: hashlib.sha256(data).hexdigest() for path, data in sample_files().items()}


def html(found: dict[str, bytes]) -> dict[str, Page]:
    return {path: Page(data) for path, data in found.items() if path.endswith(".html")}


def test_the_same_registry_gives_the_same_bytes() -> None:
    again = files(sample())
    assert [path for path, data in sample_files().items() if again[path] != data] == []
    assert again.keys() == sample_files().keys()


def test_another_machine_gives_the_same_bytes() -> None:
    there = {
        **os.environ,
        "PYTHONPATH": str(TESTS),
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "C",
    }
    command = [sys.executable, "-c", DIGESTS]
    done = subprocess.run(command, env=there, umask=0o077, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [path for path, digest in digests().items() if told.get(path) != digest] == []


def test_every_page_and_export_is_listed_once() -> None:
    for listed in (pages.PAGES, pages.EXPORTS):
        assert len({each.PATH for each in listed}) == len(listed)
    assert len(set(pages.LEAVES)) == len(pages.LEAVES)


def test_every_link_leads_somewhere() -> None:
    found = sample_files()
    read = html(found)
    lost = [
        f"{path}: {address}"
        for path, page in read.items()
        for address in addresses(page)
        if not leads(path, address, found, read)
    ]
    assert lost == []


def addresses(page: Page) -> list[str]:
    """Return all that a page leads to or loads."""
    return [attributes[name] for _, attributes in page.elements for name in ("href", "src") if name in attributes]


def leads(path: str, address: str, found: dict[str, bytes], read: dict[str, Page]) -> bool:
    parts = urlsplit(address)
    if parts.scheme:
        return frame.linkable(address)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
    if target not in found:
        return False
    fragment = unquote(parts.fragment)
    return not fragment or target in VIEWS or target not in read or fragment in read[target].ids


def test_pages_load_nothing_from_elsewhere_and_forbid_it() -> None:
    for path, page in html(sample_files()).items():
        loaded = [each["href"] for each in page.all("link")]
        loaded += [
            each["src"] for tag in ("script", "img", "iframe", "source") for each in page.all(tag) if "src" in each
        ]
        assert [each for each in loaded if urlsplit(each).scheme or each.startswith("//")] == [], path
        policies = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
        assert policies == [frame.SECURITY], path


def test_styles_load_nothing_from_elsewhere() -> None:
    for path, data in sample_files().items():
        if path.endswith(".css"):
            assert b"@import" not in data, path
            assert b"//" not in data.replace(b"http://www.w3.org/2000/svg", b""), path


@pytest.mark.parametrize("text", HOSTILE_PAGES)
def test_hostile_records_are_text_on_every_page(text: str) -> None:
    shown = hostile_stock(text)
    site = pages.of(shown)
    found = dict([*pages.whole(site), *pages.of_vendor(site, "quayside-chat")])
    read = html(found)
    assert harmed(read) == {}
    own = [each.get("src") for each in read["integrations.html"].all("script")]
    assert own == ["assets/integrations.js", "data/integrations.js", "assets/find.js"]
    lost = [f"{path}: {each[:80]}" for path, page in read.items() for each in addresses(page) if harmful(each)]
    assert lost == []


@pytest.mark.parametrize("text", HOSTILE_PAGES)
def test_hostile_records_that_nothing_judges_are_text_too(text: str) -> None:
    found = html(files(stock(hostile(text), events=(event("evil", author=text, subject=text, kind=text),))))
    assert harmed(found) == {}


def harmed(read: dict[str, Page]) -> dict[str, list[str]]:
    """Return what pages have that they must not, by path."""
    found = {path: [each for each in harm(page) if each not in OURS.get(path, ())] for path, page in read.items()}
    return {path: wrong for path, wrong in found.items() if wrong}


def harmful(address: str) -> bool:
    return bool(urlsplit(address).scheme) and not frame.linkable(address)
