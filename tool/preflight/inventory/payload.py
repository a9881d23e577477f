"""Data for the scripts of a page: JSON that stays data, in a file that a script asks for.

A page from a folder may fetch nothing; so what is wanted later stands in a file that calls one function with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import json_line

if TYPE_CHECKING:
    from preflight.model import Json

_ENDS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})  # what could end a script element, or begin one


def call(function: str, *values: Json) -> bytes:
    """Return a script that calls a function of ours with some values."""
    return f"{function}({','.join(json_line(each).translate(_ENDS) for each in values)});\n".encode()
