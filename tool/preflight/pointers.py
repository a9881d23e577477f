"""JSON Pointers (RFC 6901) into plain JSON values.

Two steps more than the standard has: ``*`` stands for every item of a list, ``[key=text]`` for those items
whose member ``key`` is ``text``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.model import Json

Part = str | int

_INDEX = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)


@lru_cache(maxsize=4096)
def parts(pointer: str) -> tuple[str, ...]:
    """Split a pointer into its unescaped parts; the empty pointer is the whole document."""
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.removeprefix("/").split("/"))


def pointer(path: Iterable[Part]) -> str:
    """Join parts into a pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def child(value: Json, part: Part) -> Json | None:
    """Return one step below ``value``, or None where there is nothing."""
    if isinstance(value, dict):
        return value.get(str(part))
    return value[int(part)] if _is_item(value, part) else None


def _is_item(value: Json, part: Part) -> bool:
    """Whether ``part`` names an item of the list ``value``: by the one way of writing its number."""
    return isinstance(value, list) and _INDEX.fullmatch(str(part)) is not None and int(part) < len(value)


def get(value: Json, path: str) -> Json | None:
    """Return what ``path`` points at, or None where there is nothing."""
    for part in parts(path):
        value = child(value, part)
        if value is None:
            return None
    return value


def existing(value: Json, path: str) -> str:
    """Return the longest beginning of ``path`` that exists in ``value``."""
    found: list[str] = []
    for part in parts(path):
        if not (part in value if isinstance(value, dict) else _is_item(value, part)):
            break
        found.append(part)
        value = child(value, part)
    return pointer(found)


def matches(value: Json, path: str) -> Iterator[tuple[str, Json | None]]:
    """Yield every concrete pointer that ``path`` stands for, with its value (None: nothing there).

    A ``*`` stands for each item of a list; an absent or empty list gives nothing below it.
    """
    yield from _matches(value, parts(path), ())


def values(value: Json, path: str) -> list[Json]:
    """Return the values that ``matches`` finds, without those that are not there; quicker, for facts."""
    found = [value]
    for step in parts(path):
        if is_choice(step):
            found = [item for each in found for _, item in chosen(each, step)]
        else:
            found = [below for each in found if (below := child(each, step)) is not None]
    return [each for each in found if each is not None]


def _matches(value: Json | None, rest: tuple[str, ...], done: tuple[Part, ...]) -> Iterator[tuple[str, Json | None]]:
    if not rest:
        yield pointer(done), value
    elif is_choice(rest[0]):
        for index, item in chosen(value, rest[0]):
            yield from _matches(item, rest[1:], (*done, index))
    else:
        yield from _matches(child(value, rest[0]), rest[1:], (*done, rest[0]))


def is_choice(step: str) -> bool:
    """Whether a step chooses among the items of a list."""
    return step == "*" or step.startswith("[")


def chosen(value: Json | None, step: str) -> Iterator[tuple[int, Json]]:
    """Yield the items of a list that ``*`` or ``[key=text]`` chooses, with their index."""
    key, _, text = step[1:-1].partition("=")
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if step == "*" or (isinstance(item, dict) and item.get(key) == text):
            yield index, item


def covers(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies below it."""
    return inner == outer or inner.startswith(outer + "/")
