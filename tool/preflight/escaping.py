"""One escape function for each sink, so that text from a vendor file stays text wherever it is shown."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Json

# Besides control characters: format characters can hide or reorder text, separators can break a line.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Without a shape, no characters at all, and formats that older tables do not know.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    "\ufffe\uffff\U000ffffe\U000fffff\U0010fffe\U0010ffff"
    "\U00013439\U0001343a\U0001343b\U0001343c\U0001343d\U0001343e\U0001343f"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_LINE_START = re.compile(r"^([0-9]{1,9})(?=[.)])|^(?=[-+=])")  # what begins a list or underlines a heading
_XML_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "|", "%", "＝", "＋", "－", "＠")
_RUNNER = re.compile(r"(?<=##)\[")
_MERMAID = re.compile(r"[!-+./:-@\[-`{-~]|^-")  # all ASCII punctuation but comma, and hyphen within a line
_UNUSUAL = re.compile(r"[^ -~\n]")
_one_line = json.JSONEncoder(ensure_ascii=False).encode


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE or character in _UNSEEN


def visible(text: str) -> str:
    r"""Show characters that a reader cannot see, or that end a line, as ``\u{…}``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(rf"\u{{{ord(each):x}}}" if _is_unsafe(each) else each for each in text)


def terminal(text: str) -> str:
    """Make text safe on a terminal and in the log of a CI job.

    GitHub's runner takes ``::command`` at the start of a line and ``##[command]`` anywhere for orders.
    """
    shown = visible(text).replace("##[", r"##\u{5b}")
    return shown.replace(":", r"\u{3a}", 1) if shown.lstrip().startswith("::") else shown


def github_data(text: str) -> str:
    """Escape the message of a workflow command."""
    return terminal(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """Escape a property (file, title) of a workflow command."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """Escape text for one line of Markdown, also within a table cell: no markup, no mention, no reference."""
    escaped = _MARKDOWN.sub(r"\\\1", visible(text).strip()).replace("&", "&amp;")
    escaped = _LINE_START.sub(r"\1\\", escaped).replace("\\<", "&lt;").replace("\\>", "&gt;")
    # A backslash does not stop GitHub from linking @team, #123 or a bare address; a character reference does.
    return escaped.replace("@", "&#64;").replace("\\#", "&#35;").replace("://", "&#58;//").replace("www.", "www&#46;")


def mermaid(text: str) -> str:
    """Escape text for a label in quotes of a Mermaid diagram: no markup, no list, no directive, no end of the label."""
    return _MERMAID.sub(lambda found: f"#{ord(found.group())};", visible(text).strip())


def xml(text: str) -> str:
    """Leave out what XML cannot hold. The writer of the document escapes the rest."""
    return _XML_ILLEGAL.sub("", text)


def csv_cell(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula (CWE-1236)."""
    shown = terminal(text)
    return "'" + shown if shown.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else shown


def json_text(value: Json) -> str:
    """Return a value as JSON that is the same to a program and does nothing to a terminal or the log of a CI job."""
    text = _RUNNER.sub(r"\\u005b", json.dumps(value, indent=2, ensure_ascii=False))
    return _UNUSUAL.sub(_json_escape, text) + "\n"


def json_line(value: Json) -> str:
    """Return the same in one line."""
    text = _one_line(value)
    if "##[" in text:
        text = _RUNNER.sub(r"\\u005b", text)
    return text if text.isascii() and text.isprintable() else _UNUSUAL.sub(_json_escape, text)


def html(text: str) -> str:
    """Escape text for the content of an HTML element, or for an attribute in quotes."""
    from html import escape  # noqa: PLC0415 - loads a large table of names, and few runs write HTML

    return escape(visible(text), quote=True).replace("##[", "##&#91;")  # a page may go by in the log of a CI job


def _json_escape(found: re.Match[str]) -> str:
    character = found.group()
    return json.dumps(character)[1:-1] if unicodedata.category(character) in _UNSAFE else character
