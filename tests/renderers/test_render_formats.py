"""The list of formats: every module of renderers, once, under its own name."""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING

import pytest

from preflight import renderers

if TYPE_CHECKING:
    from preflight.model import Renderer


def test_every_module_of_renderers_is_listed_under_its_own_name() -> None:
    modules = {name for _, name, _ in pkgutil.iter_modules(renderers.__path__)}
    assert sorted(each.NAME for each in renderers.FORMATS) == sorted(modules)


@pytest.mark.parametrize("renderer", renderers.FORMATS, ids=lambda renderer: str(renderer.NAME))
def test_a_renderer_is_found_by_its_name(renderer: Renderer) -> None:
    assert renderers.named(renderer.NAME) is renderer


def test_a_format_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="html"):
        renderers.named("html")
