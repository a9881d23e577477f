"""The strict YAML reader: bytes to plain JSON values, with the line and column of every pointer.

YAML has many ways to say something else than what a reader sees. This module accepts the part on
which everybody agrees (block and flow collections, plain and quoted scalars, comments) and refuses the
rest with a position and a fix. It works on libyaml's event stream in one pass: nothing is composed,
so nesting and aliases can neither exhaust the stack nor multiply.

It does not know what a document is about; that is the schema's job.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from preflight.errors import CannotJudge, DocumentError
from preflight.shell.placed import Document

if TYPE_CHECKING:
    from preflight.model import Json
    from preflight.shell.placed import Mark

Event: TypeAlias = Any  # libyaml's; its stub makes everything optional

MAX_BYTES = 64 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 24
MAX_NUMBER = 24  # characters; longer ones do not survive as JSON numbers
SHOWN = 40  # characters of a key or number in a message
MAX_INTEGER = 2**53 - 1  # RFC 8259: integers beyond are not the same everywhere

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|nan)", re.ASCII | re.IGNORECASE)
CONSTANTS: dict[str, Json] = {"true": True, "false": False, "null": None, "": None}
NUMERIC_START = frozenset("-0123456789.+")
SPECIAL_START = NUMERIC_START | {"<"}  # also the merge key
TYPED_START = NUMERIC_START.union(word[:1] for word in CONSTANTS)

# Control characters but tab and line ends; format characters (zero-width, bidirectional controls, tags);
# line and paragraph separators; private use; noncharacters; letters and marks that are never seen (fillers). A test
# holds this against unicodedata.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0"
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\U000f0000-\U0010ffff]"
)
TAB_INDENT = re.compile(r"[ ]*\t")
LONE_RETURN = re.compile("\r(?!\n)")
BEYOND_ASCII = re.compile("[^\t\n\r -~]+")  # also control characters; all else is never forbidden, and quick to pass


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read one YAML document.

    Raises DocumentError, with line and column (1-based) and a fix, for anything outside the strict subset.
    """
    text = _text(data, max_bytes)
    loader = _loader(text)
    try:
        return _Builder(loader).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except yaml.YAMLError as error:
        message = f"this is not YAML: {error}"
        raise DocumentError(message, fix="Correct the syntax.", line=1, column=1) from None
    finally:
        loader.dispose()


def _loader(text: str) -> yaml.CSafeLoader:
    try:
        return yaml.CSafeLoader(text)
    except AttributeError:  # pragma: no cover - only where PyYAML was built without its C part
        message = "PyYAML was installed without libyaml"
        raise CannotJudge(message, fix="Install PyYAML from a wheel: pip install --force-reinstall pyyaml") from None


def _text(data: bytes, max_bytes: int) -> str:
    """Decode the bytes, refusing what readers disagree on."""
    if len(data) > max_bytes:
        message = f"the file has {len(data):,} bytes; at most {max_bytes:,} are read"
        fix = "Move long texts into linked documents."
        raise DocumentError(message, trap="size", fix=fix, line=1, column=1)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        message = "the file begins with a byte order mark"
        fix = "Save it as UTF-8 without a byte order mark (BOM)."
        raise DocumentError(message, trap="byte-order-mark", fix=fix, line=1, column=1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8"), error.start)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        fix = "Save the file as UTF-8."
        raise DocumentError(message, trap="encoding", fix=fix, line=line, column=column) from None
    for doubtful in BEYOND_ASCII.finditer(text):
        if found := FORBIDDEN.search(doubtful.group()):
            raise _forbidden(found.group(), *_place(text, doubtful.start() + found.start()))
    if found := LONE_RETURN.search(text):
        line, column = _place(text, found.start())
        message = "a carriage return stands alone, which some programs show as a new line and others do not"
        fix = "Use line feeds (or CR LF) as line ends."
        raise DocumentError(message, trap="carriage-return", fix=fix, line=line, column=column)
    return text


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _forbidden(character: str, line: int, column: int) -> DocumentError:
    message = f"the invisible or private character U+{ord(character):04X} can make text read differently than it is"
    fix = "Delete it; where it is meant, write what it stands for in visible letters."
    return DocumentError(message, trap="character", fix=fix, line=line, column=column)


def _syntax(error: yaml.MarkedYAMLError, text: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if TAB_INDENT.match(text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""):
        message, fix = "this line is indented with a tab, which YAML does not allow", "Indent with spaces."
        return DocumentError(message, trap="tab", fix=fix, line=line, column=column)
    context = f" {error.context}" if error.context else ""
    message = f"this is not valid YAML: {error.problem}{context}"
    fix = "Check indentation, quotes and brackets up to here; put text that holds ': ' or ' #' in quotes."
    return DocumentError(message, fix=fix, line=line, column=column)


class _Builder:
    """Turns one event stream into a Document. ``marks`` gets every node in document order, keys included."""

    def __init__(self, loader: yaml.CSafeLoader) -> None:
        self.next = loader.get_event
        self.marks: list[Mark] = []
        self.tops: dict[str, Mark] = {}
        self.has_nulls = False

    def document(self) -> Document:
        event = self.next()
        while isinstance(event, StreamStartEvent):
            event = self.next()
        if isinstance(event, StreamEndEvent):
            message, fix = "the file is empty", "Write a record, or delete the file."
            raise DocumentError(message, trap="empty", fix=fix, line=1, column=1)
        _refuse_directives(event)
        value = self._value(self.next())
        event = self.next()
        if isinstance(event, DocumentEndEvent):
            event = self.next()
        if not isinstance(event, StreamEndEvent):
            message, fix = (
                "a second document begins here",
                "Keep one document a file; delete this '---' and what follows.",
            )
            raise _at(event, "second-document", message, fix)
        return Document(value, self.marks, self.has_nulls, self.tops)

    def _value(self, event: Event) -> Json:  # noqa: C901, PLR0912, PLR0915 - one loop, because it is where the time goes
        """Build the value that ``event`` begins. Iterative: ``stack`` holds what is open around it."""
        root: list[Json] = []
        stack: list[tuple[Json, dict[str, Mark] | None, str | None]] = []
        container: Json = root
        seen: dict[str, Mark] | None = None  # the keys of the open mapping; None inside a list
        key: str | None = None
        marks, following = self.marks, self.next
        while True:
            kind = type(event)
            if kind is ScalarEvent:
                if event.anchor is not None or event.tag is not None:
                    raise _decorated(event)
                text = event.value
                # Nearly every scalar is a plain word: told here, so that only the rest pays for a closer look.
                word = not event.style and text not in CONSTANTS and text[0] not in SPECIAL_START
                if seen is not None and key is None:
                    key = text if word and text not in seen else _key(event, seen)
                    mark = seen[key] = event.start_mark
                    marks.append(mark)
                else:
                    value = text if word else _scalar(event)
                    if value is None:
                        self.has_nulls = True
                    if seen is None:
                        marks.append(event.start_mark)
                        container.append(value)
                        if container is root:
                            return value
                    else:
                        container[key] = value
                        key = None
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                container, seen, key = stack.pop()
                if container is root:
                    return root[0]
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.anchor is not None or event.tag is not None:
                    raise _decorated(event)
                if seen is not None and key is None:
                    message = "a mapping or list is used as a key"
                    raise _at(event, "key", message, "Use a plain word as the key.")
                if len(stack) >= MAX_DEPTH:
                    message = f"nested deeper than {MAX_DEPTH} levels"
                    raise _at(event, "depth", message, "Flatten the structure.")
                opened: Json = {} if kind is MappingStartEvent else []
                if seen is None:
                    marks.append(event.start_mark)
                    container.append(opened)
                else:
                    container[key] = opened
                stack.append((container, seen, None))
                container, seen, key = opened, ({} if kind is MappingStartEvent else None), None
                if len(marks) == 1 and seen is not None:  # nothing but the document itself is open so far
                    self.tops = seen
            else:
                raise _unexpected(event)
            if len(marks) > MAX_NODES:
                raise _at(event, "nodes", f"more than {MAX_NODES:,} values", "Split the document.")
            event = following()


def _refuse_directives(event: Event) -> None:
    if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
        message = "a %YAML or %TAG directive changes how the file is read"
        raise _at(event, "directive", message, "Delete the line that begins with %.")


def _at(event: Event, trap: str, message: str, fix: str) -> DocumentError:
    mark = event.start_mark
    return DocumentError(message, trap=trap, fix=fix, line=mark.line + 1, column=mark.column + 1)


def _decorated(event: Event) -> DocumentError:
    if event.anchor is not None:
        message = f"the anchor &{event.anchor[:40]} lets one place stand for another"
        return _at(event, "anchor", message, "Write the value out where it is used.")
    message = f"the tag {str(event.tag)[:60]} changes the type of a value"
    return _at(
        event, "tag", message, "Delete it; or put the text in quotes, if it is meant to begin with an exclamation mark."
    )


def _unexpected(event: Event) -> DocumentError:
    if isinstance(event, AliasEvent):
        message = f"the alias *{str(event.anchor)[:40]} stands for a value written elsewhere"
        return _at(event, "alias", message, "Write the value out here.")
    return _at(
        event, "syntax", "the document ends too early", "Complete it."
    )  # pragma: no cover - libyaml refuses first


def _key(event: Event, seen: dict[str, Mark]) -> str:
    key: str = event.value
    if event.style is None or event.style == "":
        if key == "<<":
            message, fix = "the merge key << pulls in values from elsewhere", "Write the values out here."
            raise _at(event, "merge-key", message, fix)
        if key in CONSTANTS or (key[0] in NUMERIC_START and not isinstance(_plain(event), str)):
            message = f"the key {key or '(empty)'} is not text, so programs disagree on what it is"
            raise _at(event, "key", message, f'Put it in quotes: "{key}".')
    elif event.style == '"':
        _refuse_hidden(event)
    if key in seen:
        message = f"the key {_short(key)} stands here again; it was first given in line {seen[key].line + 1}"
        raise _at(event, "duplicate-key", message, "Keep one of the two.")
    return key


def _scalar(event: Event) -> Json:
    if event.style is None or event.style == "":
        return _plain(event)
    if event.style == '"':
        _refuse_hidden(event)
    return event.value


def _refuse_hidden(event: Event) -> None:
    r"""Refuse what an escape such as ``\0`` or ``\\x1b`` in double quotes has put into the value."""
    if (found := FORBIDDEN.search(event.value)) or (found := LONE_RETURN.search(event.value)):
        raise _forbidden(found.group(), event.start_mark.line + 1, event.start_mark.column + 1)


def _plain(event: Event) -> Json:
    """Give a plain scalar its type: true, false, null, a JSON number, else text."""
    text: str = event.value
    start = text[:1]
    if start not in TYPED_START:  # most are words
        return text
    if start not in NUMERIC_START:
        return CONSTANTS.get(text, text)
    if NUMBER.fullmatch(text):
        return _numeral(event, text)
    if NOT_A_NUMBER.fullmatch(text):
        message = f"{text} is no number that can be compared with a limit"
        raise _at(event, "number", message, "Write the number, or leave the field out while it is not known.")
    return text


def _numeral(event: Event, text: str) -> int | float:
    if len(text) <= MAX_NUMBER:
        value = float(text) if "." in text or "e" in text or "E" in text else int(text)
        if math.isfinite(value) and (isinstance(value, float) or abs(value) <= MAX_INTEGER):
            return value
    message = f"the number {_short(text)} is too long to be the same in every program"
    raise _at(event, "number", message, "Put it in quotes if it is a name or an id; else round it.")


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
