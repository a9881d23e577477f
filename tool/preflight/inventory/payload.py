"""Data for the scripts of a page: JSON that stays data, in the page or in a file that a script asks for.

A page from a folder may fetch nothing; so what is wanted later stands in a file that calls one function with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from preflight.escaping import json_line

if TYPE_CHECKING:
    from preflight.model import Json

_ENDS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})  # what could end a script element, or begin one


def embedded(value: Json) -> Markup:
    """Return JSON for the content of a ``script`` element with a type of data."""
    return Markup(json_line(value).translate(_ENDS))  # noqa: S704 - no character is left that HTML reads


def call(function: str, *values: Json) -> bytes:
    """Return a script that calls a function of ours with some values."""
    return f"{function}({','.join(json_line(each).translate(_ENDS) for each in values)});\n".encode()
