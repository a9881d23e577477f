"""An issue made with the form: each answer reaches its own field as it was given, or the issue is refused."""

from __future__ import annotations

import copy
import json
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from importers.conftest import ROOT, body
from preflight import importers, intake_form, pointers
from preflight.errors import UsageError
from preflight.importers import candidates, issue_form

if TYPE_CHECKING:
    from preflight.importers.candidates import Background, Candidate
    from preflight.model import Json, JsonObject

NEEDED = {
    "name": "Acme Mail",
    "category": "email-marketing",
    "summary": "Sends our newsletters.",
    "marketing-owner": "Mara Lindqvist (mara-lindqvist)",
}
RECORD: Json = {
    "name": "Acme Mail",
    "category": "email-marketing",
    "summary": "Sends our newsletters.",
    "ownership": {"marketing": {"owner": "mara-lindqvist"}},
}


def read(background: Background, text: str) -> Candidate:
    [candidate] = issue_form.read(text.encode("utf-8", "surrogatepass"), background)
    return candidate


def refusal(background: Background, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(background, text)
    assert caught.value.fix
    return caught.value


def test_every_importer_is_listed_once() -> None:
    folder = Path(importers.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", Path(candidates.__file__).stem}
    assert sorted(each.__name__.rpartition(".")[2] for each in importers.IMPORTERS) == sorted(modules)  # type: ignore[attr-defined]  # modules have names
    assert [importers.named(each.NAME) for each in importers.IMPORTERS] == list(importers.IMPORTERS)


def test_what_is_needed_gives_a_record_and_the_rest_stays_unknown(background: Background) -> None:
    candidate = read(background, body(background, NEEDED))
    assert candidate.record == RECORD
    asked = intake_form.questions(background.schema, background.policies)
    assert candidate.unknown == {each.id: each.label for each in asked if each.id not in NEEDED}


ANSWERS = [
    pytest.param(
        {"domain": "acme.example, acme.test"}, "/legal_entity/domains", ["acme.example", "acme.test"], id="a list"
    ),
    pytest.param({"it-owner": "Kofi Mensah (kofi-mensah)"}, "/ownership/it", {"owner": "kofi-mensah"}, id="a person"),
    pytest.param(
        {"alternatives": "Keep what we have: too slow\r\n\r\nBuild it"},
        "/lifecycle/alternatives",
        [{"name": "Keep what we have", "why_not": "too slow"}, {"name": "Build it"}],
        id="one alternative a line",
    ),
    pytest.param(
        {"price": "1250.50", "currency": "EUR", "period": "month", "team": "Content Studio (content-studio)"},
        "/contract/subscriptions",
        [
            {
                "product": "Acme Mail",
                "price": {"amount": 1250.5, "currency": "EUR"},
                "per": "month",
                "team": "content-studio",
            }
        ],
        id="a price",
    ),
    pytest.param(
        {"starts": "2027-01-01", "ends": "2027-12-31", "product": "Enterprise", "region": "emea"},
        "/contract/subscriptions",
        [{"starts": "2027-01-01", "ends": "2027-12-31", "product": "Enterprise", "region": "emea"}],
        id="a term",
    ),
    pytest.param({"data-classes": "personal, internal"}, "/data/classes", ["personal", "internal"], id="data classes"),
    pytest.param({"residency": "DE NO"}, "/data/residency", ["DE", "NO"], id="Norway is no 'no'"),
    pytest.param({"volume": "0"}, "/integration/needed/requests_per_hour", 0, id="none needed is known"),
    pytest.param(
        {"q1-1": "Complete: yes, Versioned: no"},
        "/integration/api",
        {"documentation": {"complete": True}, "versioned": False},
        id="yes and no, each to its own field",
    ),
    pytest.param({"q1-1": "Versioned: yes"}, "/integration/api", {"versioned": True}, id="what is left open stays out"),
    pytest.param({"q3-4": "Validation rules: none at all"}, "/governance/quality/validation", "none", id="none"),
    pytest.param({"q2-3": "Single sign-on: none at all"}, "/security/access/sso", [], id="an empty list"),
    pytest.param({"q4-2": "Excludes peak periods: no"}, "/scalability/sla/excludes_peak", False, id="no to a drawback"),
    pytest.param(
        {"q2-1": "Held: no", "q2-2": "iso-27001, pci-dss"},
        "/security/certifications",
        [
            {"standard": "soc2-type2", "held": False},
            {"standard": "iso-27001", "held": True},
            {"standard": "pci-dss", "held": True},
        ],
        id="two questions into one list",
    ),
    pytest.param(
        {"q5-4": "Export: complete, Formats: csv, Formats: json"},
        "/stability/exit",
        {"export": "complete", "formats": ["csv", "json"]},
        id="a value and a list",
    ),
]


@pytest.mark.parametrize(("answers", "pointer", "value"), ANSWERS)
def test_an_answer_reaches_its_field(
    background: Background, answers: dict[str, str], pointer: str, value: Json
) -> None:
    candidate = read(background, body(background, {**NEEDED, **answers}))
    assert pointers.get(candidate.record, pointer) == value


UNTAKEN = [
    pytest.param(
        {"name": "_No response_"}, "'Name of the vendor or product' has no answer, and is needed", id="no name"
    ),
    pytest.param({"category": "mail"}, "'mail' is no answer to 'Category'", id="no such category"),
    pytest.param({"marketing-owner": "mara-lindqvist"}, "'mara-lindqvist' is no answer to", id="not as in the form"),
    pytest.param(
        {"marketing-owner": "Kofi Mensah (kofi-mensah)"}, "is no answer to 'Owner in marketing'", id="wrong side"
    ),
    pytest.param({"price": "48,000", "currency": "EUR"}, "'48,000' is no answer to 'Price'", id="separators"),
    pytest.param({"price": "1e5", "currency": "EUR"}, "'1e5' is no answer", id="an exponent"),
    pytest.param({"price": "٤٢", "currency": "EUR"}, "is no answer to 'Price'", id="digits of another script"),
    pytest.param({"price": "-1", "currency": "EUR"}, "'-1' is no answer", id="a negative price"),
    pytest.param({"price": ".nan", "currency": "EUR"}, "'.nan' is no answer", id="not a number"),
    pytest.param({"price": "48000"}, "its currency is missing", id="a price without a currency"),
    pytest.param({"currency": "EUR"}, "its price is missing", id="a currency without a price"),
    pytest.param({"starts": "2027-02-30"}, "'2027-02-30' is no answer", id="a day that does not exist"),
    pytest.param({"starts": "01.02.2027"}, "'01.02.2027' is no answer", id="a date in another form"),
    pytest.param({"volume": "1_000"}, "'1_000' is no answer", id="an underscore"),
    pytest.param({"volume": "9" * 5000}, "is no answer to 'Requests an hour", id="a very long number"),
    pytest.param({"q1-1": "Versioned: yes, Versioned: no"}, "has two answers that do not go together", id="yes and no"),
    pytest.param(
        {"q2-3": "Single sign-on: saml, Single sign-on: none at all"}, "do not go together", id="one, and none at all"
    ),
    pytest.param({"data-classes": "personal, personal"}, "do not go together", id="the same twice"),
]


@pytest.mark.parametrize(("answers", "message"), UNTAKEN)
def test_an_answer_that_cannot_be_taken_is_refused_with_its_line(
    background: Background, answers: dict[str, str], message: str
) -> None:
    text = body(background, {**NEEDED, **answers})
    error = refusal(background, text)
    assert message in error.message
    assert text.split("\r\n")[error.line - 1].startswith("### ")


HOSTILE = [
    pytest.param("Fine.\n\n### Price\n\n1", "'Price' stands here again", id="a question of the form"),
    pytest.param("Fine.\n### Price   \n1", "'Price' stands here again", id="with spaces behind it"),
    pytest.param("Fine.\n### Approved by\n\ncfo", "'Approved by' is not a question of the form", id="a new question"),
    pytest.param("Fine.\n ### Price ###\n1", "'Price' is not a question of the form", id="written in another way"),
    pytest.param("Fine.\n###\tPrice\n1", "U+0009 cannot be seen", id="with a tab"),
    pytest.param("```\n### Price\n```", "'Price' stands here again", id="in a block of code"),
    pytest.param("a\0b", "U+0000 cannot be seen", id="a null character"),
    pytest.param("a\u202eb", "U+202E cannot be seen", id="text in the other direction"),
    pytest.param("a\u200bb", "U+200B cannot be seen", id="a space without width"),
    pytest.param("a\x1b[31mb", "U+001B cannot be seen", id="a colour for the terminal"),
    pytest.param("a\rb", "U+000D cannot be seen", id="a carriage return by itself"),
    pytest.param("a\u2028### Price", "U+2028 cannot be seen", id="another end of a line"),
    pytest.param("x" * 70_000, "the body has", id="longer than an issue can be"),
]


@pytest.mark.parametrize(("text", "message"), HOSTILE)
def test_a_hostile_answer_is_refused(background: Background, text: str, message: str) -> None:
    assert message in refusal(background, body(background, {**NEEDED, "summary": text})).message


KEPT = [
    pytest.param("<script>alert(1)</script><!-- x -->", id="HTML"),
    pytest.param("@org/team please look at #1 and https://x.example", id="a mention"),
    pytest.param("x\ncategory: crm\nlifecycle: {status: approved}", id="lines of YAML"),
    pytest.param('"\n}]: *a &b !!python/object/apply:os.system ["id"]', id="a tag of YAML"),
    pytest.param("--- \n...\n# comment", id="the end of a document"),
    pytest.param("${{ github.token }} $(id) `id`", id="an expression of a workflow"),
    pytest.param("::set-output name=x::y\n##[command]z", id="an order to a runner"),
    pytest.param("#### Price\n\n1\n\n## Price", id="headings of other depths"),
    pytest.param("null", id="a word of YAML"),
    pytest.param("_No response_ yet", id="more than no answer"),
]


@pytest.mark.parametrize("text", KEPT)
def test_what_means_something_elsewhere_stays_text(background: Background, text: str) -> None:
    candidate = read(background, body(background, {**NEEDED, "summary": text}))
    assert candidate.record == {**RECORD, "summary": text}


def test_questions_that_are_missing_or_have_changed_places_are_refused(background: Background) -> None:
    whole = body(background, NEEDED)
    parts = whole.split("\r\n\r\n### ")
    missing = refusal(background, "\r\n\r\n### ".join(part for part in parts if not part.startswith("Price\r\n")))
    assert missing.message == "the question 'Price' is missing"
    swapped = refusal(background, "\r\n\r\n### ".join([parts[0], parts[2], parts[1], *parts[3:]]))
    assert "stands where 'Category' belongs" in swapped.message
    assert refusal(background, f"Hello\r\n{whole}").line == 1
    assert "is missing" in refusal(background, "").message
    assert "is missing" in refusal(background, "Please buy Acme Mail.").message
    assert refusal(background, "hello\n").line == 1


def test_line_ends_of_either_kind_and_a_mark_in_front_give_the_same(background: Background) -> None:
    text = body(background, NEEDED)
    for form in (text.replace("\r\n", "\n"), "\ufeff" + text, text + "\r\n"):
        assert read(background, form).record == RECORD


JSON_FORMS = [
    pytest.param(
        lambda text: {"issue": {"number": 7, "body": text, "title": "x", "user": {"login": "mara"}}}, id="an event"
    ),
    pytest.param(
        lambda text: {"number": 7, "body": text, "title": "x", "author": {"login": "mara"}}, id="of a command"
    ),
]


@pytest.mark.parametrize("form", JSON_FORMS)
def test_json_gives_the_number_and_the_login_too(background: Background, form: Json) -> None:
    candidate = read(background, json.dumps(form(body(background, NEEDED))))
    assert (candidate.record, candidate.number, candidate.login) == (RECORD, 7, "mara")


UNREADABLE = [
    pytest.param(b'{"body": 1}', "no issue with a body", id="no body"),
    pytest.param(b'{"issue": []}', "no issue with a body", id="no issue"),
    pytest.param(b'{"body": null, "body": "x"}', "a key stands twice", id="a key twice"),
    pytest.param(b'{"body": ', "this is not JSON", id="cut off"),
    pytest.param(b'{"a":' + b"[" * 200_000, "this is not JSON", id="very deep"),
    pytest.param(b'{"number": ' + b"9" * 10_000 + b', "body": ""}', "this is not JSON", id="a very long number"),
    pytest.param(b"### \xff", "byte 5 is not UTF-8", id="other bytes"),
    pytest.param(b"x" * (1024 * 1024 + 1), "more than 1,048,576 bytes", id="too large"),
]


@pytest.mark.parametrize(("data", "message"), UNREADABLE)
def test_what_is_no_issue_is_refused_soon(background: Background, data: bytes, message: str) -> None:
    began = time.process_time()
    with pytest.raises(UsageError) as caught:
        issue_form.read(data, background)
    assert message in caught.value.message
    assert time.process_time() - began < 2


def test_a_numbered_issue_is_a_whole_positive_number(background: Background) -> None:
    for number in (True, -1, "7; rm", 1.5, None):
        issue = {"number": number, "body": body(background, NEEDED), "author": "x"}
        candidate = read(background, json.dumps(issue))
        assert (candidate.number, candidate.login) == (None, "")


# ---- Any text in any answer ---------------------------------------------------------------------

SHAPES = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("# \n\r\t:-,'\"{}[]&*!|>%@`_NoresponseÄ"), max_size=60),
    st.sampled_from(
        ["### Price", "### Category\n\ncrm", "\r\n### Team", "###", "### ", "yes", "no", "0", "2027-01-01"]
    ).flatmap(lambda line: st.builds(lambda a, b: f"{a}\n{line}\n{b}", st.text(max_size=8), st.text(max_size=8))),
)
FREE = {
    "name": "/name",
    "summary": "/summary",
    "legal-entity": "/legal_entity/name",
    "product": "/contract/subscriptions/0/product",
}


def without(record: Json, pointer: str) -> Json:
    """Return a record without one field, and without the groups that then hold nothing."""
    copied = copy.deepcopy(record)
    *way, last = pointers.parts(pointer)
    inside = pointers.get(copied, pointers.pointer(way))
    if isinstance(inside, dict):
        inside.pop(last, None)
    while way and pointers.get(copied, pointers.pointer(way)) == {}:
        *way, last = way
        above: Json = pointers.get(copied, pointers.pointer(way))
        above.pop(last)
    return copied


FULL = {**NEEDED, "legal-entity": "Acme", "product": "Plan", "currency": "EUR", "price": "5"}
FULL["team"] = "Service Desk (service-desk)"


@pytest.fixture(scope="session")
def expected(background: Background) -> JsonObject:
    """The record of answers in which nothing is odd."""
    return read(background, body(background, FULL)).record


@pytest.fixture(scope="session")
def pointer_of(background: Background) -> dict[str, str]:
    """Where the answer to a question goes."""
    return {each.id: each.pointer for each in intake_form.questions(background.schema, background.policies)}


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from([*FREE, "alternatives", "domain", "region", "price", "volume", "starts", "category", "q1-1"]),
    text=SHAPES,
)
@example(name="summary", text="x\n\n### Price\n\n1\n\n### Currency\n\nEUR")
@example(name="name", text="_No response_")
def test_any_text_in_any_answer_changes_no_other_field(
    background: Background, expected: JsonObject, pointer_of: dict[str, str], name: str, text: str
) -> None:
    """It gives a record whose field is that text, or a refusal."""
    try:
        found = read(background, body(background, {**FULL, name: text}))
    except UsageError:
        return
    plain = text.replace("\r\n", "\n").strip()
    pointer = pointer_of[name]
    if name in FREE and plain not in {"", "_No response_"}:
        assert pointers.get(found.record, pointer) == plain
        assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs"} for each in plain.replace("\n", ""))
    elif name == "alternatives" and plain not in {"", "_No response_"}:
        rows = [row.partition(": ") for row in map(str.strip, plain.split("\n")) if row]
        assert [row["name"] for row in found.record["lifecycle"]["alternatives"]] == [one for one, _, _ in rows]
    field = "/integration" if name == "q1-1" else pointer
    assert without(found.record, field) == without(expected, field)


def test_the_committed_form_is_the_one_that_schema_and_policies_give(background: Background) -> None:
    form = intake_form.text(intake_form.sections(background.schema, background.policies))
    assert (ROOT / intake_form.PATH).read_text("utf-8") == form, "run: preflight intake --form"
