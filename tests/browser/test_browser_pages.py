"""Every kind of page in a browser: for everybody, at every width, in both colour schemes, on paper, by keyboard."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from inventory.stocks import event, stock
from preflight.inventory import frame
from preflight.inventory import site as pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

KINDS = (
    "index.html",
    "vendors.html",
    "map.html",
    "integrations.html",
    "risk.html",
    "money.html",
    "calendar.html",
    "proposals.html",
    "rules.html",
    "rules/contract.html",
    "audit.html",
    "exports.html",
    "vendors/beacon-mail.html",
)
WIDTHS = (360, 1024, 1920)
WIDE = 1440
READ_AT = {"light": (360, WIDE), "dark": (WIDE,)}  # where axe looks: what is in a menu differs, its colours do not
ELSEWHERE = ("map.html", "integrations.html")  # axe looks at them in tests of their own, wide and in both schemes
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEIGHT = 900


@pytest.fixture
def plain_site(tmp_path: Path) -> Path:
    """The site of records that nothing judges."""
    records = ({"id": name, "name": name.title(), "url": "https://example.com/"} for name in ("alpha", "beta"))
    site = pages.of(stock(*records, events=(event("alpha"),)))
    leaves = (each for name in ("alpha", "beta") for each in pages.of_vendor(site, name))
    for path, data in (*pages.whole(site), *leaves):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def opened(site: Path, page: Page, kinds: tuple[str, ...] = KINDS) -> Iterator[str]:
    """Visit pages in turn."""
    for kind in kinds:
        page.goto(f"file://{site}/{kind}")
        yield kind


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_nobody_out(
    page: Page, sample_site: Path, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for kind in opened(sample_site, page):
        for width in READ_AT[scheme]:
            if width == WIDE and kind in ELSEWHERE:
                continue
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found[kind, width] = violations(page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_records_that_nothing_judges_keep_nobody_out(
    page: Page, plain_site: Path, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {
        kind: violations(page)
        for kind in opened(plain_site, page, ("index.html", "vendors.html", "vendors/alpha.html", "exports.html"))
    }
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_no_page_scrolls_sideways(page: Page, sample_site: Path) -> None:
    wide = {}
    for kind in opened(sample_site, page):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            wide[kind, width] = page.evaluate(SIDEWAYS)
    assert {where: over for where, over in wide.items() if over > 0} == {}


def test_paper_has_the_content_and_not_the_menu(page: Page, sample_site: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    for kind in opened(sample_site, page):
        assert page.locator("main h1").first.is_visible(), kind
        assert len(page.locator("main").inner_text()) > 100, kind
        assert not page.locator("nav[aria-label=Pages]").locator("ul").is_visible(), kind
        assert not page.locator("#find").is_visible(), kind
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)", kind


def test_badges_are_dark_on_white_paper_in_the_dark_scheme_too(page: Page, sample_site: Path) -> None:
    page.goto(f"file://{sample_site}/vendors/beacon-mail.html")
    colours = """[...document.querySelectorAll(".badge")].map((each) => {
        const { color, backgroundColor } = getComputedStyle(each);
        return [color, backgroundColor];
    })"""
    page.emulate_media(media="print", color_scheme="light")
    light = page.evaluate(colours)
    page.emulate_media(media="print", color_scheme="dark")
    assert light
    assert page.evaluate(colours) == light


def test_the_keyboard_reaches_content_and_menu(page: Page, sample_site: Path) -> None:
    for kind in opened(sample_site, page):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", kind
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "brand", kind
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('nav') !== null"), kind
        page.goto(f"file://{sample_site}/{kind}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main", kind


class Strict(SimpleHTTPRequestHandler):
    """Serves a folder under the policy that its pages name themselves, and says nothing."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", frame.SECURITY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the server gives it
        """Say nothing."""


@pytest.fixture
def served(sample_site: Path) -> Iterator[str]:
    """The address of the site on a server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=str(sample_site)))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join()


def test_a_server_with_the_same_policy_changes_nothing(browser: Browser, served: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(served) else wrong.append(asked.url))
    for kind in KINDS:
        page.goto(f"{served}/{kind}")
        assert page.locator("main h1").first.is_visible(), kind
    context.close()
    assert [each for each in wrong if "/favicon.ico" not in each] == []  # a browser asks every server for one
