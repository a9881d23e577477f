"""``preflight inventory build``: the static site."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.errors import UsageError
from preflight.shell import new_folder, terminal, workers
from preflight.shell.terminal import Progress
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.commands.session import Session
    from preflight.inventory.frame import Site

MARK = new_folder.Mark("site.json", b'"preflight/site/')  # tells a folder that was written by this command
CHUNK = 16
_open: list[Site] = []  # what forked processes find


@click.command("build", short_help="Write the inventory as a static site.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", default="", help="The name at the head of every page. Default: that of the folder.")
@click.option("--no-cache", is_flag=True, help="Read the whole history anew, and keep nothing.")
@click.pass_obj
def command(session: Session, *, folder: Path, title: str, no_cache: bool) -> int:
    """Write pages, feeds and exports of the whole registry into DIR: one folder that needs no server and no network.

    A site that stands there is replaced once the new one is whole; anything else is left alone. The pages tell what is
    confidential: look at who can read DIR before you publish it.
    """
    new_folder.refuse_strange(folder, MARK)  # before all the work
    with of_the_extra("the site"):
        count = _build(session, folder, title, cached=not no_cache)
    terminal.note(f"{counted(count, 'vendor')} in {folder / 'index.html'}", quiet=session.quiet)
    return 0


def _build(session: Session, folder: Path, title: str, *, cached: bool) -> int:
    """Write the site and return how many vendors are in it."""
    from preflight.commands import stocktaking  # noqa: PLC0415 - most runs build no site
    from preflight.inventory import site as pages  # noqa: PLC0415 - needs an extra

    site = pages.of(stocktaking.take(session, title, cached=cached))
    with new_folder.replacing(folder, MARK) as ready:
        _write(session, site, pages.parts(site), ready)
    return len(site.stock.cards)


@contextmanager
def of_the_extra(what: str) -> Iterator[None]:
    """Say what to install where a package of the extra ``site`` is missing. Raises UsageError."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("preflight"):
            raise
        message = f"{what} needs the package {error.name}, which is not installed"
        raise UsageError(message, fix="pip install 'preflight-governance[site]'") from None


@dataclass(frozen=True, slots=True)
class _Task:
    """What one process writes without a break: a part of the whole, or some vendors."""

    part: str = ""
    vendors: tuple[str, ...] = ()


def _write(session: Session, site: Site, parts: Sequence[str], ready: Path) -> None:
    names = [card.id for card in site.stock.cards]
    chunks = [tuple(names[start : start + CHUNK]) for start in range(0, len(names), CHUNK)]
    # What is about the whole registry takes the longest, so it is begun first.
    tasks = [*(_Task(part=part) for part in parts), *(_Task(vendors=chunk) for chunk in chunks)]
    # What is shown goes to another process only where that is a copy of this one.
    alone = sys.platform != "linux" or len(names) < workers.SERIAL
    _open.append(site)
    try:
        with Progress("Writing pages", len(tasks), quiet=session.quiet) as progress:
            site.prepare()
            workers.spread(
                partial(_written, ready), tasks, progress.advance, serial=len(tasks) + 1 if alone else 0, size=1
            )
    finally:
        _open.clear()


def _written(ready: Path, tasks: Sequence[_Task]) -> list[None]:
    from preflight.inventory import site as pages  # noqa: PLC0415 - as above

    site = _open[-1]
    for task in tasks:
        found = chain.from_iterable(pages.of_vendor(site, name) for name in task.vendors)
        for path, data in pages.of_part(site, task.part) if task.part else found:
            new_folder.add(ready, path, data)
    return [None] * len(tasks)
