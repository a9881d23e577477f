"""Options that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Command = TypeVar("Command", bound="Callable[..., Any]")


def format_option(formats: Iterable[str], default: str = "table", note: str = "") -> Callable[[Command], Command]:
    """Return the option ``--format``, passed on as ``output``; ``note`` explains one of the formats."""
    told = "Output format" + (f"; {note}." if note else ".")
    return click.option(
        "--format", "output", type=click.Choice(list(formats)), default=default, show_default=True, help=told
    )
