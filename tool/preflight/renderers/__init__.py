"""Report → text, one module a format, listed in FORMATS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.renderers import github, gitlab, json, junit, markdown, sarif, text

if TYPE_CHECKING:
    from preflight.model import Renderer

FORMATS: tuple[Renderer, ...] = (text, json, sarif, junit, github, markdown, gitlab)


def named(name: str) -> Renderer:
    """Return the renderer of that name. Raises KeyError."""
    return {each.NAME: each for each in FORMATS}[name]
