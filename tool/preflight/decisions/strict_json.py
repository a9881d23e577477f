"""Strict JSON (RFC 8259, less what two readers can take in two ways), with the place of every value.

A person reads the text before signing it, programs read it for years after. So whatever lets them see
different things is refused: a byte order mark, carriage returns, a key that stands twice, invisible characters,
escapes that are not needed, numbers that not every program holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from preflight import pointers
from preflight.errors import DocumentError
from preflight.model import Json, JsonObject, Position

MAX_BYTES = 8 * 1024
MAX_DEPTH = 4
MAX_DIGITS = 15  # as many as survive in a binary floating-point number

_SPACE = re.compile("[ \n]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\["\\])*"')
_ESCAPE = re.compile(r"\\(.)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]{1,4})?(?![-+.0-9A-Za-z_])", re.ASCII)
_NUMBER_START = frozenset("-+.0123456789")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*", re.ASCII)
_WORDS: dict[str, bool] = {"true": True, "false": False}
LET_WRITE = "Let preflight write the statement, and sign that file as it is."


@dataclass(frozen=True, slots=True)
class Text:
    """A JSON object as it was read: its value, and where each pointer stands."""

    value: JsonObject
    text: str = field(repr=False)
    offsets: dict[str, int] = field(repr=False)

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""
        return place(self.text, self.offsets[pointers.existing(self.value, pointer)])


def parse(data: bytes) -> Text:
    """Read one JSON object. Raises DocumentError with line, column and a fix."""
    reader = _Reader(_decoded(data))
    value = reader.whole()
    return Text(value, reader.text, reader.offsets)


def place(text: str, offset: int) -> Position:
    """Return line and column of an offset, both 1-based."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        message = f"the statement has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        raise DocumentError(message, trap="size", fix="Shorten the reason and the facts.", line=1, column=1)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        message = "the statement begins with a byte order mark"
        raise DocumentError(message, trap="byte-order-mark", fix=LET_WRITE, line=1, column=1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = place(data[: error.start].decode("utf-8") + "?", len(data[: error.start].decode("utf-8")))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise DocumentError(message, trap="encoding", fix=LET_WRITE, line=at.line, column=at.column) from None
    for offset, character in enumerate(text):
        if character != "\n" and not character.isprintable():
            raise _unprintable(text, offset)
    return text


def _unprintable(text: str, offset: int) -> DocumentError:
    at = place(text, offset)
    if text[offset] == "\r":
        message = "a carriage return stands here: the file was converted, and is not what was signed"
        fix = "Fetch it again as it was signed; keep vendors/decisions/** -text in .gitattributes."
        return DocumentError(message, trap="carriage-return", fix=fix, line=at.line, column=at.column)
    message = f"the character U+{ord(text[offset]):04X} cannot be seen, so nobody knows that it was signed"
    return DocumentError(message, trap="character", fix=LET_WRITE, line=at.line, column=at.column)


class _Reader:
    """Reads values one after the other. ``at`` is where it stands; every step looks before it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.offsets: dict[str, int] = {}

    def whole(self) -> JsonObject:
        self._skip()
        if not self.text[self.at :].startswith("{"):
            raise self._fault("a statement is a JSON object; it begins with {")
        value: JsonObject = self._value("", 1)
        self._skip()
        if self.at < len(self.text):
            raise self._fault("something follows after the end of the statement")
        return value

    def _skip(self) -> None:
        if found := _SPACE.match(self.text, self.at):
            self.at = found.end()

    def _peek(self) -> str:
        self._skip()
        return self.text[self.at] if self.at < len(self.text) else ""

    def _value(self, pointer: str, depth: int) -> Json:
        start = self._peek()
        self.offsets.setdefault(pointer, self.at)
        if start in {"{", "["} and depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise self._fault(message, "depth")
        if start == "{":
            return self._object(pointer, depth)
        if start == "[":
            return self._list(pointer, depth)
        if start == '"':
            return self._string()
        if start and start in _NUMBER_START:
            return self._number()
        found = _WORD.match(self.text, self.at)
        if found and found.group() in _WORDS:
            self.at = found.end()
            return _WORDS[found.group()]
        if found and found.group() == "null":
            raise self._fault("null stands here; what is not said is left out")
        raise self._fault("a value is missing here" if not found else f"{found.group()[:20]} is no JSON value")

    def _object(self, pointer: str, depth: int) -> JsonObject:
        self.at += 1
        value: JsonObject = {}
        if self._peek() == "}":
            self.at += 1
            return value
        while True:
            if self._peek() != '"':
                raise self._fault('a key in quotes is missing here, such as "vendor"')
            begin = self.at
            key = self._string()
            below = f"{pointer}{pointers.pointer((key,))}"
            if key in value:
                first = place(self.text, self.offsets[below]).line
                self.at = begin
                message = f"the key {key!r} stands here again; it was first given in line {first}"
                raise self._fault(message, "duplicate")
            self.offsets[below] = begin
            if self._peek() != ":":
                raise self._fault("a colon is missing here")
            self.at += 1
            value[key] = self._value(below, depth + 1)
            following = self._peek()
            if following not in {",", "}"}:
                raise self._fault("a comma or } is missing here")
            self.at += 1
            if following == "}":
                return value

    def _list(self, pointer: str, depth: int) -> list[Json]:
        self.at += 1
        value: list[Json] = []
        if self._peek() == "]":
            self.at += 1
            return value
        while True:
            value.append(self._value(f"{pointer}/{len(value)}", depth + 1))
            following = self._peek()
            if following not in {",", "]"}:
                raise self._fault("a comma or ] is missing here")
            self.at += 1
            if following == "]":
                return value

    def _string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if not found:
            message = 'this text does not end, or has an escape other than \\" and \\\\'
            raise self._fault(message)
        self.at = found.end()
        return _ESCAPE.sub(r"\1", found.group()[1:-1])

    def _number(self) -> int | float:
        found = _NUMBER.match(self.text, self.at)
        text = found.group() if found else ""
        digits = text.lstrip("-").replace(".", "")
        if not found or len(digits) > MAX_DIGITS or (text.startswith("-") and not digits.strip("0")):
            message = f"this is no number of at most {MAX_DIGITS} digits, four of them after the point, no exponent"
            raise self._fault(message, "number")
        self.at = found.end()
        return float(text) if "." in text else int(text)

    def _fault(self, message: str, trap: str = "syntax") -> DocumentError:
        at = place(self.text, self.at)
        return DocumentError(message, trap=trap, fix=LET_WRITE, line=at.line, column=at.column)
