"""``preflight intake``: from the form on the forge to a record that the gate judges."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from preflight.shell import documents, starter

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
FORM = ".github/ISSUE_TEMPLATE/vendor-proposal.yml"
GUIDE = (ROOT / "docs" / "proposing.md").read_text("utf-8")
NEEDED = {
    "name": "Zephyr Täglich",
    "category": "email-marketing",
    "summary": "Sends the daily letter: to @everybody, <b>at six</b>.",
    "marketing-owner": "Mara Lindqvist (mara-lindqvist)",
}
FULL = {
    **NEEDED,
    "it-owner": "Ines Albrecht (ines-albrecht)",
    "team": "CRM and Lifecycle (crm-marketing)",
    "domain": "zephyr-post.example",
    "legal-entity": "Zephyr Post GmbH",
    "alternatives": "Keep the present tool: it cannot send at six",
    "price": "48000",
    "currency": "EUR",
    "period": "year",
    "starts": "2027-01-01",
    "ends": "2027-12-31",
    "region": "emea",
    "data-classes": "personal, internal",
    "residency": "DE, NO",
    "q1-1": "Complete: yes, Versioned: no",
    "q2-3": "Single sign-on: saml",
    "q3-4": "Validation rules: basic",
}
RECORD = {
    "id": "zephyr-taglich",
    "name": "Zephyr Täglich",
    "category": "email-marketing",
    "summary": "Sends the daily letter: to @everybody, <b>at six</b>.",
    "legal_entity": {"name": "Zephyr Post GmbH", "domains": ["zephyr-post.example"]},
    "lifecycle": {
        "status": "proposed",
        "proposed_on": "2026-11-22",
        "alternatives": [{"name": "Keep the present tool", "why_not": "it cannot send at six"}],
    },
    "ownership": {"marketing": {"owner": "mara-lindqvist"}, "it": {"owner": "ines-albrecht"}},
    "contract": {
        "subscriptions": [
            {
                "product": "Zephyr Täglich",
                "team": "crm-marketing",
                "region": "emea",
                "starts": "2027-01-01",
                "ends": "2027-12-31",
                "price": {"amount": 48000, "currency": "EUR"},
                "per": "year",
            }
        ]
    },
    "data": {"classes": ["personal", "internal"], "residency": ["DE", "NO"]},
    "integration": {"api": {"documentation": {"complete": True}, "versioned": False}},
    "security": {"access": {"sso": ["saml"]}},
    "governance": {"quality": {"validation": "basic"}},
}


def filled(form: str, answers: dict[str, str]) -> str:
    """Return what a forge makes of a form and answers: read from the file that it would draw."""
    asked = [each for each in yaml.safe_load(form)["body"] if each["type"] != "markdown"]
    assert answers.keys() <= {each["id"] for each in asked}
    return "\r\n\r\n".join(
        f"### {each['attributes']['label']}\r\n\r\n{answers.get(each['id'], '_No response_')}" for each in asked
    )


@pytest.fixture
def issue(registry: Path, run: Callable[..., Result], tmp_path: Path) -> Callable[..., Path]:
    """Write an issue with the form of the registry; ``raw`` is put in place of the body."""
    form = run("--root", registry, "intake", "--form", "--output", "-").out

    def write(answers: dict[str, str], *, login: str = "mara-lindqvist", raw: str | None = None) -> Path:
        path = tmp_path / "issue.json"
        body = filled(form, answers) if raw is None else raw
        told = {"number": 12, "title": "Vendor proposal: $(id)", "body": body, "author": {"login": login}}
        path.write_text(json.dumps(told), "utf-8")
        return path

    return write


def vendors(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "vendors").glob("*.yaml")}


def test_a_filled_form_becomes_a_record_that_the_gate_judges(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    result = run("--root", registry, "intake", issue(FULL), "--format", "json")
    assert (result.code, result.err) == (0, "")
    told = json.loads(result.out)
    assert starter.shape("intake").problems(told) == ()
    assert (told["id"], told["path"], told["branch"]) == (
        "zephyr-taglich",
        "vendors/zephyr-taglich.yaml",
        "proposal/zephyr-taglich",
    )
    assert (told["issue"], told["proposed_by"]) == (12, "mara-lindqvist")
    text = (registry / told["path"]).read_text("utf-8")
    assert documents.parse(text.encode()).value == RECORD
    assert "# Proposed by mara-lindqvist with the issue form (issue 12).\n" in text
    assert "# capabilities:" in text  # what nobody answered is still there to be filled in
    judged = json.loads(run("--root", registry, "check", "zephyr-taglich", "--format", "json").out)["verdicts"]
    assert not [each for each in judged if each["rule"].startswith(("yaml/", "schema/", "file/"))]
    foretold = {each["rule"] for each in told["red_flags"]}
    assert foretold == {each["rule"] for each in judged if each["level"] == "red-flag"}
    assert {"rule": "integration/api-documented", "known": True} in told["red_flags"]


def test_a_person_is_told_what_to_do_next(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    out = run("--root", registry, "intake", issue(FULL)).out
    assert out.startswith(
        "vendors/zephyr-taglich.yaml written: vendor zephyr-taglich\nbranch: proposal/zephyr-taglich\n"
    )
    assert "proposed by: mara-lindqvist\n" in out
    assert re.search(r"questions of the form still open:\n  Product or plan; ", out)
    assert re.search(r"will find \d+ red flags: \d+ from what is known, \d+ until more is known", out)
    assert "  integration/api-documented: " in out
    assert "\n    → Ask the vendor for the full API reference" in out


def test_a_login_of_nobody_is_told_and_not_written(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    path = issue(NEEDED, login="\x1b[31m::error::x")
    result = run("--root", registry, "intake", path)
    assert "proposed by: nobody in people.yaml has the login \\u{1b}[31m::error::x\n" in result.out
    assert "# Proposed with the issue form (issue 12).\n" in (registry / "vendors/zephyr-taglich.yaml").read_text(
        "utf-8"
    )


def test_what_is_told_to_programs_holds_no_text_of_the_issue(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    answers = {**NEEDED, "name": 'A"; rm -rf / #\u00e9$(id)`x` ../../etc'}
    told = json.loads(run("--root", registry, "intake", issue(answers), "--format", "json").out)
    for key in ("id", "path", "branch"):
        assert re.fullmatch(r"[a-z0-9/.-]+", told[key])
    assert told["id"] == "a-rm-rf-e-id-x-etc"
    assert re.fullmatch(r'[\w\s"{}\[\]:,./-]*', json.dumps(told), re.ASCII)


def test_a_likely_duplicate_is_told(registry: Path, run: Callable[..., Result], issue: Callable[..., Path]) -> None:
    result = run("--root", registry, "intake", issue({**NEEDED, "domain": "beacon-mail.example"}), "--format", "json")
    assert "possible duplicate of beacon-mail: both have the domain beacon-mail.example" in result.err
    assert {"kind": "duplicate", "vendor": "beacon-mail"} in json.loads(result.out)["alike"]


def test_a_record_that_is_there_is_never_overwritten(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    before = vendors(registry)
    result = run("--root", registry, "intake", issue({**NEEDED, "name": "Beacon Mail"}))
    assert result.code == 2
    assert "there is a vendor beacon-mail already · If it is the same vendor, add to its record." in result.err
    assert vendors(registry) == before
    assert run("--root", registry, "intake", issue(NEEDED), "--id", "zephyr").code == 0
    assert vendors(registry).keys() - before.keys() == {"zephyr.yaml"}


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_nothing_is_written_through_a_link(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path], tmp_path: Path
) -> None:
    (registry / "vendors" / "zephyr-taglich.yaml").symlink_to(tmp_path / "elsewhere")
    assert run("--root", registry, "intake", issue(NEEDED)).code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_the_record_can_go_to_stdout_and_to_another_file(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path], tmp_path: Path
) -> None:
    before = vendors(registry)
    result = run("--root", registry, "intake", issue(FULL), "--output", "-")
    assert documents.parse(result.out.encode()).value == RECORD
    assert "branch: proposal/zephyr-taglich" in result.err
    target = tmp_path / "draft.yaml"
    assert run("--root", registry, "intake", issue(FULL), "--output", target).code == 0
    assert target.read_text("utf-8") == result.out
    assert vendors(registry) == before
    again = run("--root", registry, "intake", issue(FULL), "--output", target)
    assert (again.code, "is there already" in again.err) == (2, True)


def test_an_issue_can_come_from_stdin(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.loads(issue(NEEDED).read_text("utf-8"))["body"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body.encode()), "utf-8"))
    result = run("--root", registry, "intake", "-", "--format", "json")
    told = json.loads(result.out)
    assert (told["issue"], told["proposed_by"]) == (None, None)


REFUSED = [
    pytest.param({"summary": "x\n\n### Price\n\n1"}, "the question 'Price' stands", id="a question in an answer"),
    pytest.param({"summary": "a\u202eb"}, "the character U+202E cannot be seen", id="text in the other direction"),
    pytest.param({"summary": "x" * 2001}, "/summary: this has 2,001 characters; at most 2000", id="too long"),
    pytest.param({"name": "A\nB"}, "/name: ", id="two lines where one is wanted"),
    pytest.param({"name": "日本"}, "the name has no letters from which an id can be made", id="no letters for an id"),
    pytest.param({"domain": "https://zephyr.example/"}, "/legal_entity/domains/0: ", id="an address for a domain"),
    pytest.param({"residency": "Germany"}, "/data/residency/0: ", id="a country in words"),
    pytest.param({"residency": "DE DE"}, "/data/residency: an entry stands twice", id="a country twice"),
    pytest.param({"region": "EMEA"}, "/contract/subscriptions/0/region: ", id="a region in capitals"),
    pytest.param({"volume": "9" * 15}, "/integration/needed/requests_per_hour: ", id="more than there can be"),
    pytest.param({"summary": "x\uffffy"}, "the character U+FFFF cannot be seen", id="what is no character"),
]


@pytest.mark.parametrize(("answers", "message"), REFUSED)
def test_what_cannot_be_taken_writes_nothing_and_names_file_and_line(
    registry: Path,
    run: Callable[..., Result],
    issue: Callable[..., Path],
    answers: dict[str, str],
    message: str,
) -> None:
    before = vendors(registry)
    result = run("--root", registry, "intake", issue({**NEEDED, **answers}))
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert " · " in result.err
    assert vendors(registry) == before
    if not message.startswith(("the name", "an answer")):
        assert re.match(r"preflight: \S*issue\.json:\d+", result.err)


CALLS = [
    pytest.param((), "give either a FILE to read, or --form", id="neither"),
    pytest.param(("x.md", "--form"), "give either a FILE to read, or --form", id="both"),
    pytest.param(("nowhere.md",), "nowhere.md cannot be read", id="no such file"),
    pytest.param((".",), ". cannot be read", id="a folder"),
    pytest.param(("x.md", "--output", "-", "--format", "json"), "would both write to stdout", id="two on stdout"),
]


@pytest.mark.parametrize(("arguments", "message"), CALLS)
def test_a_call_that_makes_no_sense_is_refused(
    registry: Path, run: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    result = run("--root", registry, "intake", *arguments)
    assert (result.code, message in result.err) == (2, True)


@pytest.mark.parametrize("identifier", ["../x", "A", "x.yaml", "-x-", "x" * 64, "", "a\nb"])
def test_an_id_that_can_be_no_file_name_is_refused(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path], identifier: str
) -> None:
    before = vendors(registry)
    assert run("--root", registry, "intake", issue(NEEDED), f"--id={identifier}").code == 2
    assert vendors(registry) == before


def test_a_registry_without_vendors_takes_its_first(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    shutil.rmtree(registry / "vendors")
    assert run("--root", registry, "intake", issue(NEEDED)).code == 0
    assert vendors(registry).keys() == {"zephyr-taglich.yaml"}


def test_the_form_is_written_where_the_forge_looks_for_it(registry: Path, run: Callable[..., Result]) -> None:
    assert run("--root", registry, "intake", "--form").out == f"{FORM} written.\n"
    assert (registry / FORM).read_bytes() == (ROOT / FORM).read_bytes(), "run: preflight intake --form"


def test_an_issue_without_the_form_stays_possible() -> None:
    chosen = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml").read_text("utf-8"))
    assert chosen == {"blank_issues_enabled": True}


def test_the_guide_shows_what_is_really_said(
    registry: Path, run: Callable[..., Result], issue: Callable[..., Path]
) -> None:
    out = run("--root", registry, "intake", issue(FULL)).out
    [shown] = re.findall(r"^```console\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    first, *blocks = shown.split("…\n")
    assert out.startswith(first)
    rest = out
    for block in blocks:
        _, found, rest = rest.partition(block)
        assert found, block


def test_the_workflow_of_the_guide_is_one_that_workflows_may_be(tmp_path: Path) -> None:
    [text] = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    path = tmp_path / ".github" / "workflows" / "intake.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    programs = Path(sys.executable).parent
    calls: tuple[list[str | Path], ...] = (
        [programs / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path],
        [programs / "zizmor", "--offline", "--persona=auditor", path],
    )
    for call in calls:
        done = subprocess.run(call, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
