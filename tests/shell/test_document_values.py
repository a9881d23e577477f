"""The strict YAML reader: what it takes, and as which value."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.errors import DocumentError
from preflight.model import Position
from preflight.shell import documents
from shell.written_yaml import VENDORS, Plain, values

if TYPE_CHECKING:
    from pathlib import Path

    from preflight.model import Json


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


# ---- Properties ---------------------------------------------------------------------------------


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
