"""The strict YAML reader: what it refuses, with a place and a fix, and its limits from both sides."""

from __future__ import annotations

import sys
import time
import unicodedata
from typing import Any

import pytest

from preflight.errors import DocumentError
from preflight.shell import documents

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


def test_the_hidden_characters_are_those_that_unicode_calls_so() -> None:
    """Control (but tab and line ends), format, surrogate, private, separators of lines; fillers; two noncharacters.

    A character that this Python does not know yet may be refused as well: the expression may be newer.
    """
    kinds = {number: unicodedata.category(chr(number)) for number in range(sys.maxunicode + 1)}
    wanted = {number for number, kind in kinds.items() if kind in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    # Letters and marks among the "default ignorable code points" of DerivedCoreProperties.txt, but for those that
    # choose between two forms of an emoji.
    fillers = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0}
    wanted = wanted - {0x09, 0x0A, 0x0D} | {0xFFFE, 0xFFFF} | fillers
    refused = {number for number in kinds if documents.FORBIDDEN.fullmatch(chr(number))}
    assert {f"{number:04X}" for number in wanted - refused} == set()
    assert {f"{number:04X}" for number in refused - wanted if kinds[number] != "Cn"} == set()


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
