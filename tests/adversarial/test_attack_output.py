"""Hostile text in a record, through every way in which preflight says something: it stays text.

tests/test_escaping.py has each function that escapes; here it goes from the file to the sink. File names that are
hostile are in test_attack_tree.py: they never become records.
"""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from adversarial.ground import LIMITS, OWNERS, ROOT, Ground, Said
from adversarial.test_attack_decisions import waiver

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "script": "<script>alert(1)</script>",
    "end-of-script": "</script><img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0",
    "stop-commands": "##[stop-commands]x",
    "set-output": "::set-output name=decision::allow",
    "mention": "@org/team closes #1",
    "link": "[Pay here](javascript:alert(1))",
    "image": "![x](https://beacon.example/x.png)",
    "table": "a | b | `c",
    "end-of-cdata": "]]><failure/>&lt;",
    "percent": "100%0A::error::owned",
    "calendar": "Mail;ATTACH:https://owned.example,x\\nBEGIN:VALARM",
}
REFUSED = {  # what no record may say at all: a finding shows it
    "terminal": "\x1b]8;;https://owned.example\x07here",
    "feed": "Mail\r\nBEGIN:VEVENT",
    "bidi": "\u202egnipS",
    "next-line": "a\u0085::error::owned",
}
FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "gitlab")
LINK = re.compile(r"(?<!\\)\]\((?:javascript|https://beacon)")  # one that no backslash ends
NAMES = [f"name-{each}" for each in TEXTS]
STATES = [f"state-{each}" for each in (*TEXTS, *REFUSED)]


def record(identifier: str, name: str, product: str, status: str = "proposed") -> str:
    """Return a proposal of a company of its own, with those words in it."""
    text = (ROOT / "tool/demo/foghorn-sms.yaml").read_text("utf-8").replace("../../schemas/", "../schemas/")
    for old, new in {
        "id: foghorn-sms\n": f"id: {identifier}\n",
        "name: Foghorn SMS\n": f"name: {json.dumps(name)}\n",
        "name: Foghorn Messaging GmbH": f"name: Company {json.dumps(identifier)[1:-1]}",
        "product: Foghorn Business\n": f"product: {json.dumps(product)}\n",
        "status: proposed\n": f"status: {json.dumps(status)}\n",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def hostile(built: Ground, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A registry in which every text is the name of a vendor, of a product, a state, and the reason of a waiver."""
    ground = built.copy(tmp_path_factory.mktemp("hostile") / "ground")
    for identifier in (*NAMES, *STATES):
        ground.write(f"vendors/{identifier}.yaml", record(identifier, f"Was {identifier}", "Plain"))
    # Many records at once, in every format: more than one attack, so the limits of one do not hold here.
    ground.within = ()
    hook = ground.server / "hooks" / "pre-receive"
    hook.write_text(hook.read_text("utf-8").replace(LIMITS, "true"), "utf-8")
    ground.commit("Proposals")
    ground.git("push", "--quiet", str(ground.server), "HEAD:refs/heads/plain")
    ground.git("update-ref", "refs/heads/main", "refs/heads/plain", at=ground.server)
    ground.git("fetch", "--quiet", "origin")
    for number, (identifier, text) in enumerate(zip(NAMES, TEXTS.values(), strict=True)):
        changed = record(identifier, text, text).replace("Company name", "Firm name")
        ground.write(f"vendors/{identifier}.yaml", changed)
        said = waiver(vendor=identifier, reason=text, nonce=f"{number:08x}{'0' * 8}", facts=(("Vendor", text),))
        ground.decide(OWNERS[0], role="security-reviewer", **said)
    for identifier, text in zip(STATES, (*TEXTS.values(), *REFUSED.values()), strict=True):
        ground.write(f"vendors/{identifier}.yaml", record(identifier, "Plain", "Plain", text))
    ground.commit("Words", OWNERS[0])
    return ground


@pytest.fixture(scope="module")
def told(hostile: Ground, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the gate says, in every format."""
    folder: Path = tmp_path_factory.mktemp("told")
    asked = [part for each in FORMATS for part in ("--format", f"{each}={folder / each}")]
    said = hostile.check("HEAD", "origin/main", *asked)
    assert said.code == 1, said.err
    return {each: (folder / each).read_bytes().decode("utf-8") for each in FORMATS}


def holds_no_command(text: str) -> bool:
    """Whether a runner finds nothing to run: no command begins a line, and none of the old kind is anywhere."""
    lines = [line.strip() for line in text.splitlines()]
    known = ("::error ", "::warning ", "::notice ", "::group::", "::endgroup::", "::stop-commands::")
    return "##[" not in text and all(line.startswith(known) for line in lines if line.startswith("::"))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_speaks_to_a_terminal(told: dict[str, str], form: str) -> None:
    strange = {each for each in told[form] if (ord(each) < 32 and each != "\n") or 127 <= ord(each) < 160}
    assert strange == set()
    assert not set("\u202e\u2028\u2029\u200b") & set(told[form])


@pytest.mark.parametrize("form", ["text", "github", "markdown"])
def test_nothing_speaks_to_a_runner(told: dict[str, str], form: str) -> None:
    assert holds_no_command(told[form])


def test_what_was_written_can_be_read(told: dict[str, str]) -> None:
    """Escaped, and not left out: whoever reviews has to see what is there."""
    report = json.loads(told["json"])
    said = {each["vendor"]: each["message"] for each in report["verdicts"] if each["rule"] == "lifecycle/id-not-reused"}
    assert {vendor: message.partition("now stands for ")[2] for vendor, message in said.items()} == dict(
        zip(NAMES, TEXTS.values(), strict=True)
    )


def test_annotations_have_one_line_each(told: dict[str, str]) -> None:
    lines = told["github"].splitlines()
    owned = [line for line in lines if "owned" in line]
    assert owned
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in owned)


def test_an_annotation_cannot_be_ended_by_what_looks_escaped(hostile: Ground) -> None:
    said = hostile.check("HEAD", "origin/main", "state-percent", "--format", "github")
    assert any("100%250A" in line for line in said.out.splitlines() if line.startswith("::error "))


def test_markdown_shows_markup_as_text(told: dict[str, str]) -> None:
    shown = told["markdown"]
    for harm in ("<script", "<img", " @org/team", "<failure"):
        assert harm not in shown
    assert not LINK.search(shown)


def test_junit_is_xml_with_the_text_in_it(told: dict[str, str]) -> None:
    tree = ET.fromstring(told["junit"])  # noqa: S314 - it is our own output that is read
    words = [each for case in tree.iter() for each in (*case.attrib.values(), case.text or "")]
    for text in TEXTS.values():
        assert any(text in each for each in words), text
    assert {each.tag for each in tree.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "properties",
        "property",
        "skipped",
        "system-out",
    }


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_json_is_json_and_ends_no_script(told: dict[str, str], form: str) -> None:
    json.loads(told[form])
    if form != "json":
        return
    found = json.dumps(json.loads(told[form]), ensure_ascii=False)
    assert all(json.dumps(text, ensure_ascii=False)[1:-1] in found for text in TEXTS.values())


def test_sarif_names_files_by_plain_addresses(told: dict[str, str]) -> None:
    results = json.loads(told["sarif"])["runs"][0]["results"]
    places = {place["physicalLocation"]["artifactLocation"]["uri"] for each in results for place in each["locations"]}
    assert all(place.startswith(("vendors/", "policies/")) for place in places)


def test_sarif_shows_markup_as_text(told: dict[str, str]) -> None:
    """A forge takes some of a message for Markdown: a link with a word is one."""
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert not [each["message"] for each in results if "](javascript:" in each["message"].get("markdown", "")]


# ---- The other commands ---------------------------------------------------------------------------

COMMANDS = {
    "decisions as a table": ("decisions", "--all"),
    "decisions as JSON": ("decisions", "--all", "--format", "json"),
    "due as a table": ("due", "--within", "1000"),
    "due as JSON": ("due", "--within", "1000", "--format", "json"),
    "due as Markdown": ("due", "--within", "1000", "--format", "markdown"),
    "due as a calendar": ("due", "--within", "1000", "--format", "ics"),
    "the inventory as a table": ("inventory", "list"),
    "the inventory as CSV": ("inventory", "list", "--format", "csv"),
    **{f"explain, of the {each}": ("explain", f"name-{each}") for each in ("script", "stop-commands", "mention")},
}


@pytest.fixture(scope="module")
def heard(hostile: Ground) -> dict[str, Said]:
    """What the other commands say."""
    return {name: hostile.preflight(*arguments) for name, arguments in COMMANDS.items()}


@pytest.mark.parametrize("command", COMMANDS)
def test_other_commands_say_nothing_else(heard: dict[str, Said], command: str) -> None:
    said = heard[command]
    assert said.code in {0, 1}, said.err
    allowed = "\n\r" if "calendar" in command or "CSV" in command else "\n"
    shown = said.out + said.err
    assert {each for each in shown if ord(each) < 32 and each not in allowed} == set()
    assert not set("\x1b\x85\u202e\u2028\u200b") & set(shown)
    assert "calendar" in command or holds_no_command(shown)  # a calendar cannot say it otherwise; it goes to a file


def test_what_is_due_in_markdown_is_text(heard: dict[str, Said]) -> None:
    shown = heard["due as Markdown"].out
    assert "alert" in shown
    for harm in ("<script", "<img", " @org/team"):
        assert harm not in shown
    assert not LINK.search(shown)


def test_a_calendar_has_only_events_of_ours(heard: dict[str, Said]) -> None:
    shown = heard["due as a calendar"].out.replace("\r\n ", "")
    lines = shown.split("\r\n")
    assert any("owned.example" in line for line in lines)
    assert {line for line in lines if line.startswith("BEGIN:")} <= {"BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VALARM"}
    # The reminders are ours: they show a text, at a time before the day, and carry nothing along.
    alarms = [part.partition("\r\nEND:VALARM")[0].split("\r\n") for part in shown.split("BEGIN:VALARM\r\n")[1:]]
    assert alarms
    for alarm in alarms:
        assert {line.partition(":")[0].partition(";")[0] for line in alarm} == {"ACTION", "DESCRIPTION", "TRIGGER"}
        assert "ACTION:DISPLAY" in alarm
    assert not [line for line in lines if line.startswith("ATTACH")]
    assert "\n" not in shown.replace("\r\n", "")


def test_a_sheet_runs_no_formula(heard: dict[str, Said]) -> None:
    cells = heard["the inventory as CSV"].out.replace('"', "").replace("\r", "").replace("\n", ",").split(",")
    assert any("cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t"))]


def test_the_server_says_nothing_else(hostile: Ground) -> None:
    said = hostile.push("HEAD:refs/heads/main")
    assert said.code != 0
    assert not set("\x1b\x07\x85\u202e") & set(said.err)
    lines = [line.removeprefix("remote: ").rstrip() for line in said.err.splitlines()]
    assert lines[0].startswith("REFUSED: ")
    assert holds_no_command("\n".join(lines))


def test_html_in_a_message_is_none(told: dict[str, str]) -> None:
    """Where a page shows Markdown, what was escaped there has to come out as it was written."""
    assert html.escape("<script>") in told["markdown"] or r"\<script" in told["markdown"]


def test_an_author_whose_address_is_no_text_is_a_stranger(ground: Ground) -> None:
    ground.raise_cost()
    ground.commit(by="\udcff\udcfe@example.com")
    found = ground.check()
    assert found.code == 1, found.err
    assert "risk/approved-by-the-roles" in {rule for rule, _, _ in found.red}
    assert "risk/approved-by-the-roles" in ground.refused()
