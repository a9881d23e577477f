"""A browser that opens the site as people do: from a folder, under its pages' own policy, with no network to reach."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import git
import pytest

if "CI" not in os.environ:  # there, a browser that is missing is a fault and no reason to look away
    pytest.importorskip("playwright", reason="drives the browser")
    pytest.importorskip("axe_playwright_python", reason="knows what keeps people out")

axe_playwright = importlib.import_module("axe_playwright_python.sync_playwright")  # it has no types

from playwright.sync_api import sync_playwright  # noqa: E402 - only where it is installed

from browser.tabled import inventory, vendor, written  # noqa: E402 - after what is looked for above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-22"  # the day on which the story of the sample registry is told
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LOCAL = ("file://", "blob:", "data:")  # none of them leaves the machine
MANY = 2566
PATIENCE = 300  # seconds that another process may take to build the site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the system, without a window."""
    if CHROMIUM is None:
        missing = "no Chromium on PATH"
        pytest.fail(missing) if "CI" in os.environ else pytest.skip(missing)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses one to root
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the sample registry, committed; built once, also where several processes share the tests."""
    here = tmp_path_factory.getbasetemp()
    shared = (here.parent if "PYTEST_XDIST_WORKER" in os.environ else here) / "sample-site"
    site, failed = shared / "site", shared / "failed"
    try:
        shared.mkdir()
    except FileExistsError:
        end = time.monotonic() + PATIENCE
        while not site.exists() and not failed.exists() and time.monotonic() < end:
            time.sleep(0.2)
        assert site.exists(), "another process could not build the site"
        return site
    try:
        build(sample(shared / "registry"), shared / "made")
    except BaseException:
        failed.touch()
        raise
    return (shared / "made").rename(site)


def sample(root: Path) -> Path:
    """Commit a copy of the sample registry at ``root``."""
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    repository = git.Repo.init(root, initial_branch="main")
    repository.git.add("--all")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    repository.git.execute(["git", *author, "commit", "-q", "-m", "Begin"])
    repository.close()
    return root


def build(registry: Path, folder: Path) -> None:
    """Build the site of a registry as people do."""
    command = [sys.executable, "-m", "preflight", "--as-of", AS_OF, "--root", str(registry), "--quiet"]
    done = subprocess.run([*command, "inventory", "build", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve vendors."""
    return written(tmp_path_factory.mktemp("small"), inventory(*(vendor(number) for number in range(12))))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many vendors as the largest registry known."""
    return written(tmp_path_factory.mktemp("large"), inventory(*(vendor(number) for number in range(MANY))))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    made = browser.new_context(viewport={"width": 1366, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong: no error, nothing refused, and no request that leaves the machine."""
    wrong: list[str] = []
    opened = watched(context.new_page(), wrong)
    yield opened
    opened.close()
    assert wrong == []


def watched(page: Page, wrong: list[str]) -> Page:
    """Write down what goes wrong on a page."""

    def requested(request: Request) -> None:
        if not request.url.startswith(LOCAL):
            wrong.append(f"asks for {request.url}")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what a page was still loading when it was left
            wrong.append(f"cannot load {request.url}: {request.failure}")

    page.on("request", requested)
    page.on("requestfailed", failed)
    page.on("pageerror", lambda error: wrong.append(f"breaks off: {error}"))
    page.on("console", lambda said: wrong.append(f"says: {said.text}") if said.type in {"error", "warning"} else None)
    return page


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe finds on a page as it stands: rule, element, and what is wrong with it."""
    axe = axe_playwright.Axe()

    def run(page: Page) -> list[str]:
        # What axe would load again by itself, a page of a folder may not load; what is in order need not be told.
        found = axe.run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
        return [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary']}" for each in found for node in each["nodes"]
        ]

    return run
