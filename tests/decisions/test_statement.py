"""The statement of a decision: what is refused, where, and that what is written is read back."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.conftest import BOUNDS, said
from preflight.decisions.statement import Statement, file_name, parse, reference, render
from preflight.errors import DocumentError

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "schemas" / "decision.schema.json").read_text("utf-8")),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)
DIGEST = "sha256:" + "0" * 64
WAIVER = {"rule": "a/b", "fingerprint": DIGEST, "valid_until": "2026-12-31", "reason": "x"}

APPROVAL = b"""{
  "schema": "preflight/decision/v1",
  "kind": "approve",
  "repository": "harbourline/vendors",
  "vendor": "acme",
  "role": "cfo",
  "by": "gareth",
  "decided_on": "2026-11-02",
  "valid_until": "2027-11-01",
  "bounds": {
    "annual_cost": {
      "amount": 75000,
      "currency": "EUR"
    },
    "risk": "high"
  },
  "facts": {
    "Annual cost": "60,000 EUR",
    "Vendors of the parent": 2,
    "Personal data": true
  },
  "rules": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "nonce": "0123456789abcdef"
}
"""


def test_what_was_written_closer_than_we_write_is_referred_to_all_the_same() -> None:
    """Else one that is as long as may be could not be taken back, nor any other of its vendor."""
    plain = json.loads(APPROVAL)
    sizes = (
        {**plain, "facts": {f"Fact {number}": "x" * length for number in range(40)}} for length in range(200, 100, -1)
    )
    closely = (json.dumps(value, separators=(",", ":")).encode() for value in sizes)
    long = parse(next(each for each in closely if len(each) <= 8192))
    with pytest.raises(DocumentError, match="bytes"):
        render(long)
    name, _, digest = reference(long).partition(":")
    assert (name, len(digest)) == (long.id, 32)


def test_what_is_signed_reads_like_this() -> None:
    statement = parse(APPROVAL)
    assert render(statement) == APPROVAL
    assert file_name(statement) == "2026-11-02-cfo-01234567.json"
    assert statement.approval == {
        "role": "cfo",
        "by": "gareth",
        "date": "2026-11-02",
        "bounds": {
            "annual_cost": {"amount": 75000, "currency": "EUR"},
            "risk": "high",
            "valid_until": "2027-11-01",
        },
    }


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        pytest.param(b'"cfo"', b'"CFO"', (6, 3), "'CFO' is not an id of lower-case letters", id="role in capitals"),
        pytest.param(
            b'"approve"', b'"aprove"', (3, 3), "kind is 'aprove'; approve or waive or revoke or amend", id="kind"
        ),
        pytest.param(b"decision/v1", b"decision/v2", (2, 3), "schema is 'preflight/decision/v2'", id="version"),
        pytest.param(b'"vendor"', b'"vender"', (5, 3), "'vender' is not known in a statement", id="misspelt"),
        pytest.param(b'  "by": "gareth",\n', b"", (1, 1), "by is missing in a statement", id="missing"),
        pytest.param(
            b'"by": "gareth"', b'"by": "gareth", "by": "g"', (7, 19), "the key 'by' stands here again", id="twice"
        ),
        pytest.param(b"2026-11-02", b"2026-02-30", (8, 3), "'2026-02-30' is no day", id="no day"),
        pytest.param(b"2026-11-02", b"20261102", (8, 3), "'20261102' is no day", id="a day in another spelling"),
        pytest.param(b"2027-11-01", b"2026-11-01", (9, 3), "it ends before it was decided", id="ends before"),
        pytest.param(b"75000", b"75000.005", (12, 7), "75000.005 is no amount of money", id="less than a cent"),
        pytest.param(b"75000", b"-1", (12, 7), "-1 is no amount of money", id="less than nothing"),
        pytest.param(b"75000", b"true", (12, 7), "True is no amount of money", id="not a number"),
        pytest.param(b"75000", b"NaN", (12, 17), "NaN is no JSON value", id="NaN"),
        pytest.param(b"75000", b"7e4", (12, 17), "this is no number", id="an exponent"),
        pytest.param(b"75000", b"075", (12, 17), "this is no number", id="a leading zero"),
        pytest.param(b"75000", b"9" * 16, (12, 17), "this is no number", id="too long for a double"),
        pytest.param(b"75000", b"-0", (12, 17), "this is no number", id="minus nothing"),
        pytest.param(b'"EUR"', b'"eur"', (13, 7), "'eur' is not three capital letters", id="currency"),
        pytest.param(b'"high"', b'"huge"', (15, 5), "bounds/risk is 'huge'; low or medium", id="no level"),
        pytest.param(b'"high"', b"null", (15, 13), "null stands here", id="null"),
        pytest.param(b"true", b"[1]", (20, 5), "[1] is not one line of text", id="a list for a fact"),
        pytest.param(b'"high"', b'"high", "data": ["a" "b"]', (15, 34), "a comma or ] is missing", id="no comma"),
        pytest.param(b'"high"', b'"high", "data": ["a",]', (15, 34), "a value is missing here", id="a comma too many"),
        pytest.param(
            b'"high"', b'"high", "data": [[[]]]', (15, 31), "nested deeper than 4 levels", id="lists in lists"
        ),
        pytest.param(b"true", b'{"a": {"b": {}}}', (20, 34), "nested deeper than 4 levels", id="deep"),
        pytest.param(b"true", b'{"a": 1}', (20, 5), "a group is not one line of text", id="a fact in a fact"),
        pytest.param(b'"a', b'"\\u0061', (3, 11), "this text does not end, or has an escape", id="an escape"),
        pytest.param(b"60,000", "6\u202e0".encode(), (18, 22), "the character U+202E cannot be seen", id="reversed"),
        pytest.param(b"60,000", b"6\x1b[0m", (18, 22), "the character U+001B cannot be seen", id="terminal"),
        pytest.param(b"60,000", b"6\xff", (18, 22), "byte 0xff is not UTF-8", id="not UTF-8"),
        pytest.param(b"{\n", b"\xef\xbb\xbf{\n", (1, 1), "a byte order mark", id="byte order mark"),
        pytest.param(b"\n", b"\r\n", (1, 2), "a carriage return stands here: the file was converted", id="CRLF"),
        pytest.param(b"{\n", b"\t{\n", (1, 1), "the character U+0009", id="tab"),
        pytest.param(b'def"\n}\n', b'def"\n', (24, 1), "a comma or } is missing", id="cut off"),
        pytest.param(b'def"\n}', b'def",\n}', (24, 1), "a key in quotes is missing", id="comma at the end"),
        pytest.param(b'def"\n}', b'def"\n}{}', (24, 2), "something follows after the end", id="a second object"),
        pytest.param(b'"nonce": ', b'"nonce"', (23, 10), "a colon is missing", id="no colon"),
        pytest.param(b"0123456789abcdef", b"0123456789ABCDEF", (23, 3), "is not 16 digits", id="nonce"),
        pytest.param(b'"nonce"', b'"reason": "x", "nonce"', (23, 3), "'reason' is not known", id="approve with reason"),
        pytest.param(b'"acme"', b'"acme"' + b" " * 8192, (1, 1), "at most 8,192 are read", id="too long"),
    ],
)
def test_it_says_where_a_statement_is_wrong(old: bytes, new: bytes, place: tuple[int, int], message: str) -> None:
    assert old in APPROVAL
    with pytest.raises(DocumentError, match=re.escape(message)) as raised:
        parse(APPROVAL.replace(old, new))
    assert (raised.value.line, raised.value.column) == place
    assert raised.value.fix


@pytest.mark.parametrize("data", [b"", b"[]", b'"x"', b"1", b"null", b"{", b'{"', b'{"a', b'{"a"', b'{"a":', b'{"a":"'])
def test_what_is_no_object_is_refused_with_a_place(data: bytes) -> None:
    with pytest.raises(DocumentError) as raised:
        parse(data)
    assert raised.value.line == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"kind": "waive", "reason": "x"}, "rule is missing", id="waives nothing"),
        pytest.param({"kind": "waive", **WAIVER, "reason": None}, "reason is missing", id="waives without a reason"),
        pytest.param({"kind": "waive", **WAIVER, "rule": "a"}, "'a' is not the id of a rule", id="no rule"),
        pytest.param(
            {"kind": "waive", **WAIVER, "fingerprint": None},
            "fingerprint is missing",
            id="waives all it may become",
        ),
        pytest.param(
            {"kind": "waive", **WAIVER, "fingerprint": "a" * 64}, "is not the fingerprint of a", id="no fingerprint"
        ),
        pytest.param({"kind": "waive", **WAIVER, "valid_until": None}, "valid_until is missing", id="without an end"),
        pytest.param({"kind": "waive", **WAIVER, "bounds": {"risk": "low"}}, "'bounds' is not known", id="with bounds"),
        pytest.param({"kind": "amend", "into": DIGEST}, "amends is missing", id="amends nothing"),
        pytest.param({"kind": "amend", "amends": DIGEST}, "into is missing", id="amends into nothing"),
        pytest.param(
            {"kind": "amend", "amends": "a" * 40, "into": DIGEST},
            "is not the digest of the",
            id="a commit for a digest",
        ),
        pytest.param({"bounds": None}, "bounds is missing", id="approves without bounds"),
        pytest.param({"bounds": {"term_months": 0}}, "0 is no number of months", id="no term"),
        pytest.param({"bounds": {"term_months": True}}, "True is no number of months", id="a term of true"),
        pytest.param({"bounds": {"term_months": 121}}, "121 is no number of months", id="a term beyond all"),
        pytest.param({"bounds": {"data": "personal"}}, "'personal' is no list", id="data as text"),
        pytest.param({"bounds": {"data": ["a", "a"]}}, "stands here twice", id="data twice"),
        pytest.param({"bounds": {"spend": 1}}, "'spend' is not known in the bounds", id="an unknown bound"),
        pytest.param({"bounds": {"commitment": {"amount": 1}}}, "currency is missing in an", id="no currency"),
        pytest.param({"kind": "revoke", "reason": "x"}, "revokes is missing", id="revokes nothing"),
        pytest.param({"kind": "revoke", "revokes": "x", "reason": "x"}, "'x' is not the id of a decision", id="no id"),
        pytest.param({"kind": "approve", "revokes": "x"}, "'revokes' is not known", id="approves and revokes"),
        pytest.param({"bounds": {}}, "there are no bounds in it", id="empty bounds"),
        pytest.param({"bounds": 1}, "a group in braces is wanted", id="bounds as a number"),
        pytest.param({"facts": {"a": ""}}, "'' is not one line of text", id="an empty fact"),
        pytest.param({"facts": {f"n{each}": 1 for each in range(41)}}, "there are 41 facts", id="too many facts"),
        pytest.param({"rules": "abc"}, "'abc' is not a full commit id", id="a short commit id"),
    ],
)
def test_each_kind_has_its_members(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(message)):
        said(**changes)


def test_nobody_is_asked_to_sign_what_would_be_refused() -> None:
    with pytest.raises(DocumentError, match="'Acme' is not an id"):
        render(Statement("approve", "r", "Acme", "cfo", "gareth", date(2026, 1, 1), "a" * 40, "0" * 16, bounds=BOUNDS))


SLUGS = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True)
LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30).filter(str.isprintable)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.integers(-(10**10), 10**10).map(lambda each: each / 100)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
AMOUNTS = st.integers(0, 10**12) | st.integers(0, 10**9).map(lambda each: each / 100)
MONEY = st.fixed_dictionaries({"amount": AMOUNTS, "currency": st.sampled_from(["EUR", "USD"])})
EVERY: dict[str, st.SearchStrategy[Any]] = {
    "repository": st.just("r/1"),
    "vendor": SLUGS,
    "role": SLUGS,
    "by": SLUGS,
    "decided_on": DAYS,
    "rules": st.from_regex("[0-9a-f]{40}", fullmatch=True),
    "nonce": st.from_regex("[0-9a-f]{16}", fullmatch=True),
    "facts": st.dictionaries(LINES, LINES | NUMBERS | st.booleans(), max_size=4).map(lambda each: tuple(each.items())),
}
LIMITS: dict[str, st.SearchStrategy[Any]] = {
    "annual_cost": MONEY,
    "commitment": MONEY,
    "term_months": st.integers(1, 120),
    "risk": st.sampled_from(["low", "medium", "high", "critical"]),
    "data": st.lists(SLUGS, max_size=4, unique=True),
}
REACH = st.fixed_dictionaries({}, optional=LIMITS).filter(bool)
DIGESTS = st.from_regex("sha256:[0-9a-f]{64}", fullmatch=True)
PLACES = st.sampled_from(["", "/a/0", "/a~1b", "/a_b/~0"])
LATER = st.dates(date(2100, 1, 1), date(2199, 12, 31))
WAIVED = {"rule": st.just("a/b"), "reason": LINES, "pointer": PLACES, "fingerprint": DIGESTS, "valid_until": LATER}
STATEMENTS = (
    st.builds(Statement, kind=st.just("approve"), **EVERY, bounds=REACH, valid_until=st.none() | LATER)
    | st.builds(Statement, kind=st.just("waive"), **EVERY, **WAIVED)
    | st.builds(Statement, kind=st.just("revoke"), **EVERY, reason=LINES, revokes=st.just("2026-01-01-cfo-01234567"))
    | st.builds(Statement, kind=st.just("amend"), **EVERY, amends=DIGESTS, into=DIGESTS, reason=st.just("") | LINES)
)


@settings(deadline=None)
@given(STATEMENTS)
def test_what_is_written_is_read_back_and_fits_the_schema(statement: Statement) -> None:
    data = render(statement)
    assert parse(data) == statement
    assert render(parse(data)) == data
    SCHEMA.validate(json.loads(data))


@settings(deadline=None)
@given(STATEMENTS, st.data())
def test_a_changed_byte_never_crashes_the_reader(statement: Statement, data: st.DataObject) -> None:
    text = bytearray(render(statement))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    fault = None
    try:
        assert isinstance(parse(bytes(text)), Statement)
    except DocumentError as error:
        fault = error
    assert not fault or (fault.line >= 1 and fault.column >= 1)


# ---- The reader and its published schema ----------------------------------------------------------

# What the schema cannot say, and the reader refuses all the same.
BEYOND = (
    "no amount of money",
    "it ends before it was decided",
    "cannot be seen",
    "this is no number",
    "one line of text",
)
ODD = st.sampled_from([
    "", " ", "x", "a/b", "Acme", "a--b", "2026-02-30", "2026-11-02", "sha256:", DIGEST, "approve", "waive", "revoke",
    "amend", "low", "EUR", "0" * 16, "a" * 40, "/a", "/~2", 0, 1, 1.5, -1, 121, 10**13, True, {}, {"risk": "low"},
    {"annual_cost": {"amount": 1, "currency": "EUR"}}, {"data": ["a"]}, {"term_months": 12}, "preflight/decision/v1",
])  # fmt: skip
NAMES = st.sampled_from(
    [
        *(
            "schema",
            "kind",
            "repository",
            "vendor",
            "role",
            "by",
            "decided_on",
            "valid_until",
            "bounds",
            "rule",
            "pointer",
        ),
        *("fingerprint", "revokes", "amends", "into", "reason", "facts", "rules", "nonce", "other"),
    ]
)


@settings(deadline=None, max_examples=400)
@given(STATEMENTS, NAMES, st.one_of(st.none(), ODD))
def test_the_reader_and_the_schema_say_the_same(statement: Statement, name: str, value: Any) -> None:
    said = json.loads(render(statement))
    said.pop(name, None)
    if value is not None:
        said[name] = value
    fits = SCHEMA.is_valid(said)
    refused = ""
    try:
        parse((json.dumps(said, ensure_ascii=False) + "\n").encode())
    except DocumentError as error:
        refused = error.message
    assert fits != bool(refused) or any(known in refused for known in BEYOND), (fits, refused)
