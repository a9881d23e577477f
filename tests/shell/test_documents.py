"""The strict YAML reader: what it takes, what it refuses, and where it says things stand."""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight import pointers
from preflight.errors import DocumentError
from preflight.model import Position
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json

VENDORS = sorted((Path(__file__).parents[2] / "vendors").glob("*.yaml"))
SECONDS = 2.0  # of work, for any input


def refusal(data: bytes, **options: int) -> DocumentError:
    """Return how ``data`` is refused, which may not take long."""
    begun = time.process_time()
    with pytest.raises(DocumentError) as caught:
        documents.parse(data, **options)
    assert time.process_time() - begun < SECONDS
    return caught.value


# ---- What is refused ----------------------------------------------------------------------------

HIDDEN = (
    "the invisible or private character U+{} can make text read differently than it is",
    "Delete it; where it is meant, write what it stands for in visible letters.",
)
SYNTAX_FIX = "Check indentation, quotes and brackets up to here; put text that holds ': ' or ' #' in quotes."
ANCHOR_FIX = "Write the value out where it is used."
TAG_FIX = "Delete it; or put the text in quotes, if it is meant to begin with an exclamation mark."
MERGE = ("the merge key << pulls in values from elsewhere", "Write the values out here.")
NUMBER_FIX = "Write the number, or leave the field out while it is not known."
LONG_FIX = "Put it in quotes if it is a name or an id; else round it."
SECOND = ("a second document begins here", "Keep one document a file; delete this '---' and what follows.")
KEY = "the key {} is not text, so programs disagree on what it is"
COMPOUND = ("a mapping or list is used as a key", "Use a plain word as the key.")
DEPTH = ("nested deeper than 24 levels", "Flatten the structure.")
DIRECTIVE = ("a %YAML or %TAG directive changes how the file is read", "Delete the line that begins with %.")
RETURN = (
    "a carriage return stands alone, which some programs show as a new line and others do not",
    "Use line feeds (or CR LF) as line ends.",
)
BOM = ("the file begins with a byte order mark", "Save it as UTF-8 without a byte order mark (BOM).")
EMPTY = ("the file is empty", "Write a record, or delete the file.")

ALIAS_BOMB = b"a: &a [x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 9)) for name in b"bcdefghi"
)


def hidden(number: str) -> tuple[str, str]:
    return HIDDEN[0].format(number), HIDDEN[1]


@pytest.mark.parametrize(
    ("data", "trap", "line", "column", "said"),
    [
        # Values written elsewhere.
        pytest.param(
            ALIAS_BOMB, "anchor", 1, 4, ("the anchor &a lets one place stand for another", ANCHOR_FIX),
            id="a bomb of nine aliases to nine aliases",
        ),
        pytest.param(
            b"a: 1\nb: &here {c: 2}\n", "anchor", 2, 4,
            ("the anchor &here lets one place stand for another", ANCHOR_FIX), id="an anchor on a mapping",
        ),
        pytest.param(
            b"- &x\n", "anchor", 1, 3, ("the anchor &x lets one place stand for another", ANCHOR_FIX),
            id="an anchor on nothing",
        ),
        pytest.param(
            b"&k key: 1\n", "anchor", 1, 1, ("the anchor &k lets one place stand for another", ANCHOR_FIX),
            id="an anchor on a key",
        ),
        pytest.param(
            b"a: *b\n", "alias", 1, 4,
            ("the alias *b stands for a value written elsewhere", "Write the value out here."), id="an alias",
        ),
        pytest.param(
            b"*b : 1\n", "alias", 1, 1,
            ("the alias *b stands for a value written elsewhere", "Write the value out here."), id="an alias as key",
        ),
        pytest.param(b"spend: 1\n<<: {spend: 60000}\n", "merge-key", 2, 1, MERGE, id="a merge key"),
        pytest.param(b"{<<: [{a: 1}, {b: 2}]}\n", "merge-key", 1, 2, MERGE, id="a merge key with a list"),
        # Types that the reader of the file does not see.
        pytest.param(
            b"a: !!binary aGk=\n", "tag", 1, 4,
            ("the tag tag:yaml.org,2002:binary changes the type of a value", TAG_FIX), id="a binary tag",
        ),
        pytest.param(
            b"a: !!set {b, c}\n", "tag", 1, 4,
            ("the tag tag:yaml.org,2002:set changes the type of a value", TAG_FIX), id="a set tag",
        ),
        pytest.param(
            b"!!python/object/apply:os.system [id]\n", "tag", 1, 1,
            ("the tag tag:yaml.org,2002:python/object/apply:os.system changes the type of a value", TAG_FIX),
            id="a tag that asks to run a command",
        ),
        pytest.param(
            b"a:\n  - !mine x\n", "tag", 2, 5, ("the tag !mine changes the type of a value", TAG_FIX), id="an own tag",
        ),
        pytest.param(
            b"a: ! 12\n", "tag", 1, 4, ("the tag ! changes the type of a value", TAG_FIX), id="the tag without a name",
        ),
        pytest.param(
            b"!!str a: 1\n", "tag", 1, 1, ("the tag tag:yaml.org,2002:str changes the type of a value", TAG_FIX),
            id="a tag on a key",
        ),
        pytest.param(b"%YAML 1.1\n---\na: 1\n", "directive", 1, 1, DIRECTIVE, id="a directive that sets the version"),
        pytest.param(b"%TAG ! tag:x,1:\n---\na: 1\n", "directive", 1, 1, DIRECTIVE, id="a directive that names tags"),
        # Numbers that are none.
        *(
            pytest.param(
                f"spend: {text}\n".encode(), "number", 1, 8,
                (f"{text} is no number that can be compared with a limit", NUMBER_FIX), id=f"the value {text}",
            )
            for text in (".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "+.inf")
        ),
        pytest.param(
            b"n: 9007199254740992\n", "number", 1, 4,
            ("the number 9007199254740992 is too long to be the same in every program", LONG_FIX),
            id="a whole number that JavaScript rounds",
        ),
        pytest.param(
            b"n: 1e400\n", "number", 1, 4, ("the number 1e400 is too long to be the same in every program", LONG_FIX),
            id="a number beyond the largest",
        ),
        pytest.param(
            b"n: 0.12345678901234567890123\n", "number", 1, 4,
            ("the number 0.12345678901234567890123 is too long to be the same in every program", LONG_FIX),
            id="a number with 25 characters",
        ),
        pytest.param(
            b"n: " + b"9" * 60_000, "number", 1, 4,
            (f"the number {'9' * 39}… is too long to be the same in every program", LONG_FIX),
            id="a number with 60,000 digits",
        ),
        # Keys.
        pytest.param(
            b"a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1,
            ("the key a stands here again; it was first given in line 1", "Keep one of the two."),
            id="a key that stands twice",
        ),
        pytest.param(
            b'x:\n  - {a: 1, "a": 2}\n', "duplicate-key", 2, 12,
            ("the key a stands here again; it was first given in line 2", "Keep one of the two."),
            id="a key that stands twice, once in quotes",
        ),
        pytest.param(
            b"k%(k)s: 1\nk%(k)s: 2\n" % {b"k": b"k" * 60}, "duplicate-key", 2, 1,
            (f"the key {'k' * 39}… stands here again; it was first given in line 1", "Keep one of the two."),
            id="a long key that stands twice",
        ),
        *(
            pytest.param(
                f"{text}: a\n".encode(), "key", 1, 1, (KEY.format(text), f'Put it in quotes: "{text}".'),
                id=f"the key {text}",
            )
            for text in ("1", "-7", "1.5", "1e3", "true", "false", "null")
        ),
        pytest.param(b"?\n: a\n", "key", 1, 2, (KEY.format("(empty)"), 'Put it in quotes: "".'), id="an empty key"),
        pytest.param(
            b".nan: a\n", "number", 1, 1, (".nan is no number that can be compared with a limit", NUMBER_FIX),
            id="the key .nan",
        ),
        pytest.param(b"? [a, b]\n: 1\n", "key", 1, 3, COMPOUND, id="a list as key"),
        pytest.param(b"{a: 1}: 1\n", "key", 1, 1, COMPOUND, id="a mapping as key"),
        # Documents.
        pytest.param(b"a: 1\n---\nb: 2\n", "second-document", 2, 1, SECOND, id="a second document"),
        pytest.param(b"--- a\n---\n", "second-document", 2, 1, SECOND, id="a second document that is empty"),
        pytest.param(b"a: 1\n...\n---\nb: 1\n", "second-document", 3, 1, SECOND, id="a second document after an end"),
        pytest.param(b"", "empty", 1, 1, EMPTY, id="no bytes"),
        pytest.param(b"# only a comment\n\n", "empty", 1, 1, EMPTY, id="only a comment"),
        # Encoding and hidden characters.
        pytest.param(b"\xef\xbb\xbfa: 1\n", "byte-order-mark", 1, 1, BOM, id="UTF-8 with a byte order mark"),
        pytest.param("a: 1".encode("utf-16"), "byte-order-mark", 1, 1, BOM, id="UTF-16"),
        pytest.param(b"\xfe\xff\0a", "byte-order-mark", 1, 1, BOM, id="UTF-16, big end first"),
        pytest.param("a: 1".encode("utf-32-le"), "character", 1, 2, hidden("0000"), id="UTF-32 without a mark"),
        pytest.param("a: 1".encode("utf-16-le"), "character", 1, 2, hidden("0000"), id="UTF-16 without a mark"),
        pytest.param(
            "é: ü\nname: Caf".encode() + b"\xe9\n", "encoding", 2, 10,
            ("byte 0xe9 is not UTF-8", "Save the file as UTF-8."), id="Latin 1",
        ),
        pytest.param(
            b"a: \xed\xa0\x80\n", "encoding", 1, 4, ("byte 0xed is not UTF-8", "Save the file as UTF-8."),
            id="half of a surrogate pair",
        ),
        pytest.param(
            b"a: \xc0\x80\n", "encoding", 1, 4, ("byte 0xc0 is not UTF-8", "Save the file as UTF-8."),
            id="a null in two bytes",
        ),
        pytest.param(b"a: 1\nb: \x1b[31mred\n", "character", 2, 4, hidden("001B"), id="an escape character"),
        pytest.param(b"a: x\0y\n", "character", 1, 5, hidden("0000"), id="a null"),
        pytest.param(b'a: "\\e[31m"\n', "character", 1, 4, hidden("001B"), id="an escape character, escaped"),
        pytest.param(b'a: "\\0"\n', "character", 1, 4, hidden("0000"), id="a null, escaped"),
        pytest.param(b'a: "\\x1b"\n', "character", 1, 4, hidden("001B"), id="a character by two digits"),
        pytest.param(b'a: "\\u202e"\n', "character", 1, 4, hidden("202E"), id="a turn of direction, escaped"),
        pytest.param(b'a: "\\U000E0041"\n', "character", 1, 4, hidden("E0041"), id="a tag character, escaped"),
        pytest.param(b'a: "\\N"\n', "character", 1, 4, hidden("0085"), id="the escape for next line"),
        pytest.param(b'a: "\\L"\n', "character", 1, 4, hidden("2028"), id="the escape for a line separator"),
        pytest.param(b'a: "\\P"\n', "character", 1, 4, hidden("2029"), id="the escape for a paragraph separator"),
        pytest.param(b'a: "x\\ry"\n', "character", 1, 4, hidden("000D"), id="a carriage return alone, escaped"),
        pytest.param(b'{"\\u0000": 1}\n', "character", 1, 2, hidden("0000"), id="a null in a key, escaped"),
        pytest.param("- a\n- b\u202ec\n".encode(), "character", 2, 4, hidden("202E"), id="a turn of direction"),
        pytest.param("a: \u2028b\n".encode(), "character", 1, 4, hidden("2028"), id="a line separator"),
        pytest.param("a: \x85b\n".encode(), "character", 1, 4, hidden("0085"), id="a next line character"),
        pytest.param("# x\u200b\na: 1\n".encode(), "character", 1, 4, hidden("200B"), id="hidden in a comment"),
        pytest.param("a: x\ufeff\n".encode(), "character", 1, 5, hidden("FEFF"), id="a byte order mark within"),
        pytest.param("a: \ue000\n".encode(), "character", 1, 4, hidden("E000"), id="a private character"),
        pytest.param("a: \uffff\n".encode(), "character", 1, 4, hidden("FFFF"), id="a noncharacter"),
        pytest.param(b"a: 1\rb: 2\n", "carriage-return", 1, 5, RETURN, id="a carriage return as line end"),
        pytest.param(b"a: 1\n# x\ry: 2\n", "carriage-return", 2, 4, RETURN, id="a line hidden behind a comment"),
        # Shape.
        pytest.param(b"[" * 60_000, "depth", 1, 25, DEPTH, id="60,000 open brackets"),
        pytest.param(b"{a: " * 16_000, "depth", 1, 97, DEPTH, id="16,000 open braces"),
        pytest.param(b"- " * 30_000, "depth", 1, 49, DEPTH, id="30,000 dashes"),
        pytest.param(b"? " * 30_000, "key", 1, 3, COMPOUND, id="30,000 question marks"),
        pytest.param(
            b"x" * (64 * 1024 + 1), "size", 1, 1,
            ("the file has 65,537 bytes; at most 65,536 are read", "Move long texts into linked documents."),
            id="one byte too many",
        ),
        pytest.param(
            b"- a: 1\n" * 480_000, "size", 1, 1,
            ("the file has 3,360,000 bytes; at most 65,536 are read", "Move long texts into linked documents."),
            id="three megabytes",
        ),
        pytest.param(
            b"[" * 100_000, "size", 1, 1,
            ("the file has 100,000 bytes; at most 65,536 are read", "Move long texts into linked documents."),
            id="100,000 open brackets are too large as well",
        ),
        # Syntax.
        pytest.param(
            b"a: 1\n\tb: 2\n", "tab", 2, 1,
            ("this line is indented with a tab, which YAML does not allow", "Indent with spaces."),
            id="a tab as indentation",
        ),
        pytest.param(
            b"summary: one: two\n", "syntax", 1, 13,
            ("this is not valid YAML: mapping values are not allowed in this context", SYNTAX_FIX),
            id="a colon in plain text",
        ),
        pytest.param(
            b"a: [1, 2\nb: 3\n", "syntax", 2, 2,
            ("this is not valid YAML: did not find expected ',' or ']' while parsing a flow sequence", SYNTAX_FIX),
            id="a bracket that stays open",
        ),
        pytest.param(
            b'a: "open\n', "syntax", 2, 1,
            ("this is not valid YAML: found unexpected end of stream while scanning a quoted scalar", SYNTAX_FIX),
            id="a quote that stays open",
        ),
        pytest.param(
            b'a: "\\ud800"\n', "syntax", 1, 7,
            ("this is not valid YAML: found invalid Unicode character escape code while parsing a quoted scalar",
             SYNTAX_FIX), id="half of a surrogate pair, escaped",
        ),
    ],
)  # fmt: skip
def test_a_trap_is_refused_with_a_place_and_a_fix(
    data: bytes, trap: str, line: int, column: int, said: tuple[str, str]
) -> None:
    error = refusal(data)
    assert (error.trap, error.line, error.column, error.message, error.fix) == (trap, line, column, *said)


@pytest.mark.parametrize(
    ("data", "trap", "line", "column"),
    [
        pytest.param(b"[" * 100_000, "depth", 1, 25, id="100,000 open brackets"),
        pytest.param(b"a: " + b"9" * 100_000, "number", 1, 4, id="a number with 100,000 digits"),
        pytest.param(b"9" * 100_000 + b": a", "number", 1, 1, id="a key with 100,000 digits"),
        pytest.param(b"- a: 1\n" * 480_000, "nodes", 10_000, 3, id="three megabytes of small mappings"),
    ],
)
def test_a_higher_limit_on_bytes_opens_no_trap(data: bytes, trap: str, line: int, column: int) -> None:
    error = refusal(data, max_bytes=10**7)
    assert (error.trap, error.line, error.column) == (trap, line, column)


def test_an_error_can_be_told_with_its_file() -> None:
    error = refusal(b"a: .nan\n").located("vendors/a.yaml")
    assert str(error) == (
        "vendors/a.yaml:1:4  .nan is no number that can be compared with a limit · "
        "Write the number, or leave the field out while it is not known."
    )
    assert error.trap == "number"


# ---- What is taken ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("true", True, id="true"),
        pytest.param("false", False, id="false"),
        pytest.param("null", None, id="null"),
        pytest.param("", None, id="nothing written is null"),
        pytest.param("NO", "NO", id="Norway is not false"),
        *(pytest.param(word, word, id=f"{word} is text") for word in ("yes", "on", "off", "True", "FALSE", "Null")),
        pytest.param("~", "~", id="a tilde is text"),
        pytest.param("12:30:00", "12:30:00", id="a time of day is no number in base 60"),
        pytest.param("014", "014", id="a leading zero is no number in base 8"),
        pytest.param("0o14", "0o14", id="a number in base 8 is text"),
        pytest.param("1_000", "1_000", id="an underscore is no part of a number"),
        pytest.param("1,000", "1,000", id="a comma is no part of a number"),
        pytest.param("0x1F", "0x1F", id="a number in base 16 is text"),
        pytest.param("+1", "+1", id="a plus sign makes text"),
        pytest.param(".5", ".5", id="a number begins with a digit"),
        pytest.param("5.", "5.", id="a number ends with a digit"),
        pytest.param("٣", "٣", id="digits of other scripts are text"),
        pytest.param("NaN", "NaN", id="NaN without a dot is text"),
        pytest.param("2026-11-22", "2026-11-22", id="a date stays text"),
        pytest.param("2026-02-30", "2026-02-30", id="a date that does not exist is for the schema to refuse"),
        pytest.param("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", id="a time stays text"),
        pytest.param("1.2.3", "1.2.3", id="a version stays text"),
        pytest.param("0", 0, id="zero"),
        pytest.param("-0", 0, id="minus zero"),
        pytest.param("42", 42, id="a whole number"),
        pytest.param("-42", -42, id="a negative number"),
        pytest.param("9007199254740991", 2**53 - 1, id="the largest whole number"),
        pytest.param("-9007199254740991", -(2**53) + 1, id="the smallest whole number"),
        pytest.param("21.5", 21.5, id="a number with a decimal"),
        pytest.param("1e3", 1000.0, id="a number with an exponent"),
        pytest.param("-1.7976931348623157e+308", -sys.float_info.max, id="24 characters"),
        pytest.param('"42"', "42", id="a number in quotes is text"),
        pytest.param("'true'", "true", id="true in quotes is text"),
        pytest.param('"\\u00e9\\n\\t\\"\\/"', 'é\n\t"/', id="escapes for what can be seen"),
        pytest.param('"a\\r\\nb"', "a\r\nb", id="a line end of Windows, escaped"),
        pytest.param("a # comment", "a", id="a comment is left out"),
        pytest.param("a#b", "a#b", id="a number sign in a word"),
        pytest.param("|\n  one\n  two\n", "one\ntwo\n", id="lines kept"),
        pytest.param(">-\n  one\n  two\n", "one two", id="lines joined"),
        pytest.param("[a, 1, {b: c}]", ["a", 1, {"b": "c"}], id="brackets and braces"),
        pytest.param('{"<<": 1, "1": 2}', {"<<": 1, "1": 2}, id="odd keys in quotes"),
        pytest.param("東京 😀", "東京 😀", id="letters of all scripts"),
    ],
)
def test_a_scalar_is_what_a_reader_sees(text: str, value: Json) -> None:
    parsed = documents.parse(f"x: {text}\n".encode()).value["x"]
    assert (parsed, type(parsed)) == (value, type(value))


def test_line_ends_of_windows_change_nothing() -> None:
    data = b"a: 1\nb:\n  - |\n    x\n    y\n"
    windows = documents.parse(data.replace(b"\n", b"\r\n"))
    assert windows.value == documents.parse(data).value == {"a": 1, "b": ["x\ny\n"]}
    assert windows.position("/b/0") == Position(3, 5)


def test_a_document_may_begin_and_end_with_marks() -> None:
    assert documents.parse(b"# first\n---\na: 1\n...\n# last\n").value == {"a": 1}


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_a_sample_record_reads_as_in_any_other_program_but_for_dates(path: Path) -> None:
    data = path.read_bytes()
    ours = json.loads(json.dumps(documents.parse(data).value))
    theirs = json.loads(json.dumps(yaml.safe_load(data), default=str))
    assert ours == theirs


# ---- Limits, from both sides --------------------------------------------------------------------


def nested(depth: int, *, block: bool) -> bytes:
    if block:
        return b"".join(b" " * level + b"a:\n" for level in range(depth - 1)) + b" " * depth + b"a: 1\n"
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("block", [True, False], ids=["by indentation", "in brackets"])
def test_24_levels_are_read_and_25_are_not(block: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    value, levels = documents.parse(nested(24, block=block)).value, 0
    while isinstance(value, (dict, list)):
        value, levels = next(iter(value.values() if isinstance(value, dict) else value), None), levels + 1
    assert levels == 24
    assert refusal(nested(25, block=block)).message == "nested deeper than 24 levels"


@pytest.mark.parametrize(
    ("build", "column"),
    [
        pytest.param(lambda count: b"[" + b",".join([b"1"] * count) + b"]", 39_999, id="items"),
        pytest.param(
            lambda count: b"[" + b",".join([b"[]"] * count) + b"]", 59_998, id="empty lists",
        ),
    ],
)  # fmt: skip
def test_20000_values_are_read_and_20001_are_not(build: Any, column: int) -> None:
    assert len(documents.parse(build(19_999)).value) == 19_999  # and the list around them
    error = refusal(build(20_000))
    assert (error.trap, error.line, error.message, error.fix) == (
        "nodes",
        1,
        "more than 20,000 values",
        "Split the document.",
    )
    assert abs(error.column - column) <= 1


def test_64_kib_are_read_and_a_byte_more_is_not() -> None:
    limit = 64 * 1024
    assert documents.parse(b"a: " + b"x" * (limit - 3)).value == {"a": "x" * (limit - 3)}
    assert refusal(b"a: " + b"x" * (limit - 2)).message == "the file has 65,537 bytes; at most 65,536 are read"
    assert documents.parse(b"[1, 2]", max_bytes=6).value == [1, 2]
    assert refusal(b"[1, 2]", max_bytes=5).message == "the file has 6 bytes; at most 5 are read"


def test_the_hidden_characters_are_those_that_unicode_calls_so() -> None:
    """Control (but tab and line ends), format, surrogate, private, separators of lines; two noncharacters.

    A character that this Python does not know yet may be refused as well: the expression may be newer.
    """
    kinds = {number: unicodedata.category(chr(number)) for number in range(sys.maxunicode + 1)}
    wanted = {number for number, kind in kinds.items() if kind in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    wanted = wanted - {0x09, 0x0A, 0x0D} | {0xFFFE, 0xFFFF}
    refused = {number for number in kinds if documents.FORBIDDEN.fullmatch(chr(number))}
    assert {f"{number:04X}" for number in wanted - refused} == set()
    assert {f"{number:04X}" for number in refused - wanted if kinds[number] != "Cn"} == set()


# ---- Properties ---------------------------------------------------------------------------------


class Plain(yaml.SafeDumper):
    """Writes everything out where it stands."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


seen = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp")) | st.sampled_from(
    "\n\t -:#'\"\\,[]{}&*!|>"
)
alike = ["no", "true", "null", "~", "", "014", "12:30", "2026-11-22", "1_000", "<<", "=", "0x1F", "42", "-1.5", "---"]
# PyYAML writes text such as 1e3 and .Nan without quotes, because by its own rules it is no number.
texts = st.sampled_from(alike) | st.text(seen, max_size=30).filter(
    lambda text: (
        not documents.FORBIDDEN.search(text)
        and not documents.NUMBER.fullmatch(text)
        and not documents.NOT_A_NUMBER.fullmatch(text)
    )
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-documents.MAX_INTEGER, documents.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(texts, inside, max_size=5),
    max_leaves=15,
)


@settings(deadline=None, max_examples=400)
@given(values, st.sampled_from([None, True, False]), st.booleans(), st.integers(20, 200))
def test_what_pyyaml_writes_is_read_back(value: Json, flow: bool | None, unicode: bool, width: int) -> None:  # noqa: FBT001 - pytest passes it by name
    written = yaml.dump(value, Dumper=Plain, default_flow_style=flow, allow_unicode=unicode, width=width)
    assert documents.parse(written.encode()).value == value


@settings(deadline=None, max_examples=400)
@given(values, st.sampled_from([None, 0, 2]), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_what_json_writes_is_read_back(value: Json, indent: int | None, separators: tuple[str, str]) -> None:
    written = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    parsed = documents.parse(written.encode()).value
    assert parsed == value
    assert json.dumps(parsed) == json.dumps(value)  # which tells 1 from 1.0 and from true


@settings(deadline=None, max_examples=1000)
@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from("ab1.-:?#&*!|>'\"%@`[]{},~<= \n\r\t\\ux0éE+\x00\u2028"), max_size=60).map(str.encode)
    | st.tuples(st.sampled_from(VENDORS), st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=8)).map(
        lambda cut: (data := cut[0].read_bytes())[: cut[1]] + cut[3] + data[cut[1] + cut[2] :]
    )
)
@example(b"'")
@example(b"? ")
@example(b"- - : ")
@example(b"\x00")
@example(b"%")
@example(b"--- >9\n")
def test_any_bytes_are_read_or_refused_with_a_place_within_them(data: bytes) -> None:
    try:
        value = documents.parse(data).value
    except DocumentError as error:
        refused = error
    else:
        assert json.loads(json.dumps(value)) == value
        return
    assert 1 <= refused.line <= data.count(b"\n") + data.count(b"\r") + 2
    assert 1 <= refused.column <= len(data) + 1
    assert refused.message
    assert refused.fix


# ---- Positions ----------------------------------------------------------------------------------


def places(node: yaml.Node | None, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Position]]:
    """Where each pointer below a node stands, as PyYAML's own parser (which is not libyaml) has it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, key.value)
            yield pointers.pointer(below), Position(key.start_mark.line + 1, key.start_mark.column + 1)
            yield from places(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield pointers.pointer((*path, index)), Position(item.start_mark.line + 1, item.start_mark.column + 1)
            yield from places(item, (*path, index))


@settings(deadline=None, max_examples=300)
@given(values, st.sampled_from([None, True, False]), st.integers(20, 200))
def test_every_pointer_stands_where_another_parser_finds_it(value: Json, flow: bool | None, width: int) -> None:  # noqa: FBT001 - pytest passes it by name
    written = yaml.dump(value, Dumper=Plain, default_flow_style=flow, allow_unicode=True, width=width)
    document = documents.parse(written.encode())
    expected = dict(places(yaml.compose(written, yaml.SafeLoader)))
    assert {pointer: document.position(pointer) for pointer in expected} == expected


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_every_pointer_of_a_sample_record_leads_to_its_key(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document, lines = documents.parse(text.encode()), text.splitlines()
    expected = dict(places(yaml.compose(text, yaml.SafeLoader)))
    assert {pointer: document.position(pointer) for pointer in expected} == expected
    for pointer, place in expected.items():
        name = pointers.parts(pointer)[-1]
        if not name.isdecimal():
            assert re.match(rf"{re.escape(name)}:", lines[place.line - 1][place.column - 1 :])


POSITIONS = documents.parse(
    "# a comment\n"
    "name: Café\n"
    "owner:\n"
    "empty:\n"
    "list:\n"
    "  - 1\n"
    "  -\n"
    "  - {é: 1, 😀: 2, z: [3, 4]}\n"
    '"": {"": below}\n'
    '"a/b~c": 5\n'.encode()
)


@pytest.mark.parametrize(
    ("pointer", "line", "column"),
    [
        pytest.param("", 2, 1, id="the document begins at its first key"),
        pytest.param("/name", 2, 1, id="a member is where its key is"),
        pytest.param("/empty", 4, 1, id="a member that is null"),
        pytest.param("/empty/below", 4, 1, id="below null: its key"),
        pytest.param("/list/0", 6, 5, id="an item is where its value begins"),
        pytest.param("/list/2/z", 8, 18, id="columns count characters"),
        pytest.param("/list/2/z/1", 8, 25, id="an item in brackets"),
        pytest.param("/list/2/gone/deep", 8, 5, id="the nearest that exists"),
        pytest.param("/list/9", 5, 1, id="no such item: the list"),
        pytest.param("/list/02", 5, 1, id="a leading zero names no item"),
        pytest.param("/list/٢", 5, 1, id="other digits name no item"),
        pytest.param("/", 9, 1, id="the empty key"),
        pytest.param("//", 9, 6, id="the empty key below the empty key"),
        pytest.param("/a~1b~0c", 10, 1, id="a key with a slash and a tilde"),
        pytest.param("/gone", 2, 1, id="nothing of it: the document"),
    ],
)
def test_position(pointer: str, line: int, column: int) -> None:
    assert POSITIONS.position(pointer) == Position(line, column)


def test_an_item_that_is_left_empty_has_a_place_in_its_line() -> None:
    assert POSITIONS.position("/list/1").line == 7
