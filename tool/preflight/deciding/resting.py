"""What a waiver rests on, in lines: each field or fact with what it says, so that whoever signs sees that.

What a record says was written by whoever proposes it: text stands in quotes, so that it looks like no other field.
"""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING

from preflight.deciding.lines import MOST_FACT, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.model import Json

MOST_LINES = 20
MOST_EACH = 4  # lines of one field
LONGEST = 2_000  # characters of a text, of which most are cut
CUT = "…"
NOT_SAID = "not said"
WORDS = frozenset({"yes", "no", "none"})
_PLAIN = re.compile(r"(?!\d*\.?\d*$)[\w./@+-]+", re.ASCII)  # needs no quotes


def lines(says: Mapping[str, Sequence[Json]], most: int = MOST_EACH) -> list[str]:
    """Return what each field says in at most ``most`` lines, and in fewer where there is no room; cut ones end in «…».

    ``says`` has the values of a field wherever it stands, none where it stands nowhere. With 0, fields are named alone.
    """
    told = [_said(name, values) for name, values in says.items()]
    for each in range(most, 0, -1):
        found = [line for text in told for line in _cut(text, each)]
        if len(found) <= MOST_LINES:
            return found
    return _cut_off(list(says))


def _cut_off(names: Sequence[str]) -> list[str]:
    more = "and more fields of the record"
    return [one_line(each) for each in names[:MOST_LINES]] + ([more] if len(names) > MOST_LINES else [])


def _said(name: str, values: Sequence[Json]) -> str:
    if not name.startswith(("/", "facts.")):  # the whole record
        return name
    return f"{name}: {'; '.join(map(_outermost, values)) or NOT_SAID}"


def _outermost(value: Json) -> str:
    """Return a value without the brackets around it."""
    text = told(value)
    return text[1:-1] or "none" if isinstance(value, dict | list) else text


def told(value: Json) -> str:
    """Return a value in one line that stands for no other value."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(name)}: {told(member)}' for name, member in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(told, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: NOT_SAID}[value]
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in WORDS:
        return text
    return json.dumps(one_line(text, most=LONGEST), ensure_ascii=False)


def _cut(text: str, most: int) -> Iterator[str]:
    """Yield a text in lines that each fit into one fact."""
    found = wrap(text, MOST_FACT - 2 * len(CUT) - 1, break_on_hyphens=False, subsequent_indent=f"{CUT} ")
    if len(found) > most:
        found[most - 1 :] = [found[most - 1] + CUT]
    yield from found
