"""``preflight audit who``: who proposed, reviewed, approved and merged a vendor, and what each statement rests on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chronicle import ELISE, KOFI, STRANGER, TOMAS, Chronicle
from deciding_desk import Desk
from preflight.provenance import PARTS
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
PROPOSED = "status: proposed\nproposed_on: 2026-02-09\nproposed_by: tomas-hedlund"
Told = dict[str, Any]


@pytest.fixture
def past(registry: Path) -> Chronicle:
    told = Chronicle(registry)
    told.git("update-ref", "-d", "HEAD")
    told.keep("flare-sms", "cask-dam")
    told.commit("Start the registry", ELISE, "2026-01-15")
    told.record("newcomer", PROPOSED)
    told.commit("Propose a newcomer", TOMAS, "2026-02-10")
    return told


@pytest.fixture
def who(past: Chronicle, run: Callable[..., Result]) -> Callable[..., Told]:
    def call(vendor: str, *more: str, as_of: str = "2026-11-22") -> Told:
        result = run("--root", past.root, "audit", "who", vendor, "--format", "json", *more, as_of=as_of)
        assert result.code == 0, result.err
        found: Told = json.loads(result.out)
        schema = json.loads((ROOT / "schemas" / "who.schema.json").read_text("utf-8"))
        assert Shape(schema, "who").problems(found) == ()
        return found

    return call


def texts(found: Told, part: str) -> list[str]:
    return [f"{each['who'] or ''}: {each['what']} [{each['basis']}]" for each in found[part]]


def test_who_proposed_is_told_by_the_commit_and_by_the_record(who: Callable[..., Told]) -> None:
    found = who("newcomer")
    assert texts(found, "proposed") == [
        "tomas-hedlund: asked for it [word of the record]",
        (
            "Tomas Hedlund <tomas.hedlund@harbourline.example>, tomas-hedlund of growth-marketing: "
            "wrote the record: “Propose a newcomer” [claimed by the commit]"
        ),
    ]
    assert (found["status"], found["then"]["approved"], found["then"]["date"]) == ("proposed", False, "2026-02-10")


def test_authors_and_reviewers_of_a_merged_branch_are_told_apart_from_who_merged(
    past: Chronicle, who: Callable[..., Told]
) -> None:
    past.branch("more")
    past.record("another", PROPOSED)
    past.commit("Add another\n\nReviewed-by: Noor Haddad <noor.haddad@harbourline.example>", STRANGER, "2026-03-01")
    merge = past.merge("more", "Merge pull request #12 from more", KOFI, "2026-03-04")
    found = who("another")
    assert texts(found, "proposed")[1:] == [
        (
            "Somebody <somebody@elsewhere.example>, whom the directory does not know: "
            "wrote a commit that was merged: “Add another” [claimed by the commit]"
        )
    ]
    assert any(
        "Noor Haddad <noor.haddad@harbourline.example>, noor-haddad of information-security: named as a reviewer"
        in each
        for each in texts(found, "reviewed")
    )
    [merged] = found["merged"]
    assert (merged["request"], merged["commit"], merged["on"]) == (12, merge, "2026-03-04")
    assert merged["who"].startswith("Kofi Mensah <")
    assert merged["what"] == "the record came by a merge, request 12; the commit is not signed"


def test_the_approval_names_status_record_and_rules_of_the_commit_before_it(
    past: Chronicle, who: Callable[..., Told]
) -> None:
    base = past.git("rev-parse", "HEAD").strip()
    past.edit("newcomer", "status: proposed", "status: approved\n  approved_on: 2026-05-20")
    approved = past.commit("Approve it (#9)", TOMAS, "2026-05-20")
    past.edit("newcomer", "summary: Sends", "summary: Still sends")
    past.commit("Say it better", KOFI, "2026-06-01")
    found = who("newcomer")
    assert found["then"] == {"commit": approved, "date": "2026-05-20", "approved": True}
    assert any("changed the status from proposed to approved" in each for each in texts(found, "approved"))
    assert any(
        "approved as security-reviewer, not verified [word of the record]" in e for e in texts(found, "approved")
    )
    [rules] = found["rules"]
    assert rules["commit"] == base
    assert re.fullmatch("sha256:[0-9a-f]{64}", rules["key"])
    assert any("stood: " in each and each.endswith("[computed anew]") for each in texts(found, "findings"))
    changed = [each for each in found["since"] if each["pointer"] == "/summary"]
    assert changed[0]["who"].startswith("Kofi Mensah")
    assert changed[0]["what"].startswith("/summary: Sends")


def test_a_signed_decision_is_told_with_key_and_the_day_on_which_it_came(
    registry: Path,
    run: Callable[..., Result],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk.at(registry, tmp_path_factory, monkeypatch)
    signed = ("approve", "flare-sms", "--role", "cfo", "--key", desk.key("gareth-whitlock"), "--yes")
    assert run("--root", desk.root, *signed).code == 0
    commit = desk.commit("The CFO signed", day="2026-11-22")
    result = run("--root", desk.root, "audit", "who", "flare-sms", "--format", "json")
    found = json.loads(result.out)
    assert (found["then"]["commit"], found["then"]["approved"]) == (commit, True)
    [told] = [each for each in found["approved"] if each["basis"] == "signature verified"]
    assert told["who"] == "gareth-whitlock"
    assert told["key"].startswith("SHA256:")
    assert ", as cfo; in force; here since 20" in told["what"]
    [path] = (desk.root / "vendors" / "decisions" / "flare-sms").glob("*.json")
    path.write_bytes(path.read_bytes().replace(b'"flare-sms"', b'"flare-sns"'))
    desk.commit("Forge it", day="2026-11-22")
    forged = json.loads(run("--root", desk.root, "audit", "who", "flare-sms", "--format", "json").out)
    assert not [each for each in forged["approved"] if each["basis"] == "signature verified"]
    assert any("counts for nothing: " in each["what"] for each in forged["approved"])
    for each in desk.root.glob("vendors/decisions/flare-sms/*"):
        each.unlink()
    desk.commit("Take it out", day="2026-11-22")
    gone = json.loads(run("--root", desk.root, "audit", "who", "flare-sms", "--format", "json").out)
    assert any(each["what"].startswith(f"the decision {path.name} was taken out") for each in gone["approved"])


def test_what_was_waived_then_is_told_as_waived(
    registry: Path,
    run: Callable[..., Result],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk.at(registry, tmp_path_factory, monkeypatch)
    desk.edit("vendors/flare-sms.yaml", "sso: [", "sso: [] # [")
    desk.commit("No single sign-on any more")
    waive = ("waive", "flare-sms", "security/single-sign-on", "--role", "security-reviewer", "--reason", "Booked.")
    key = ("--until", "2027-01-31", "--key", desk.key("noor-haddad"), "--yes")
    assert run("--root", desk.root, *waive, *key).code == 0
    desk.commit("Waive it")
    sign = ("approve", "flare-sms", "--role", "cfo", "--key", desk.key("gareth-whitlock"), "--yes")
    assert run("--root", desk.root, *sign).code == 0
    desk.commit("The CFO signed")
    found = json.loads(run("--root", desk.root, "audit", "who", "flare-sms", "--format", "json").out)
    assert [each["what"].partition(":")[0] for each in found["findings"]] == [
        f"security/single-sign-on waived by {_waiver(desk)}"
    ]


def _waiver(desk: Desk) -> str:
    [path] = (desk.root / "vendors" / "decisions" / "flare-sms").glob("*security-reviewer*.json")
    return path.stem


def test_evidence_is_told_with_its_validity_on_that_day(past: Chronicle, who: Callable[..., Told]) -> None:
    past.edit("newcomer", "status: proposed", "status: approved\n  approved_on: 2026-05-20")
    past.commit("Approve it", TOMAS, "2026-05-20")
    told = texts(who("newcomer"), "evidence")
    assert any(
        re.search(r"valid until \d{4}-\d\d-\d\d, \d+ days left then \[word of the record]", each) for each in told
    )


def test_a_vendor_whose_record_was_taken_out_is_still_told_of(past: Chronicle, who: Callable[..., Told]) -> None:
    (past.root / "vendors" / "newcomer.yaml").unlink()
    past.commit("Away with it", TOMAS, "2026-06-01")
    found = who("newcomer")
    assert (found["there"], found["status"], found["name"]) == (False, None, "The newcomer")
    assert texts(found, "since")[0].endswith(": the record was taken out [claimed by the commit]")
    past.record("newcomer", PROPOSED)
    past.commit("Back again", KOFI, "2026-07-01")
    again = who("newcomer")
    assert again["there"]
    assert "the id was used before" in " ".join(texts(again, "proposed"))


def test_an_earlier_commit_is_told_as_it_was(past: Chronicle, who: Callable[..., Told]) -> None:
    head = past.git("rev-parse", "HEAD").strip()
    past.edit("newcomer", "status: proposed", "status: approved\n  approved_on: 2026-05-20")
    past.commit("Approve it", TOMAS, "2026-05-20")
    found = who("newcomer", "--at", head)
    assert (found["head"], found["then"]["approved"], found["since"]) == (head, False, found["since"])
    assert found["status"] == "proposed"


def test_who_left_is_told_among_the_owners(past: Chronicle, who: Callable[..., Told]) -> None:
    past.edit("newcomer", "owner: mara-lindqvist", "owner: viktor-salonen")
    past.commit("Hand it over", TOMAS, "2026-06-01")
    assert "viktor-salonen: owner in marketing, team crm-marketing, who left on 2026-06-30 [word of the record]" in (
        texts(who("newcomer"), "owners")
    )


def test_the_page_fits_into_eighty_columns_and_says_what_is_empty(past: Chronicle, run: Callable[..., Result]) -> None:
    shown = run("--root", past.root, "audit", "who", "newcomer").out
    assert max(len(line) for line in shown.splitlines()) <= 80
    for title in PARTS.values():
        assert f"\n{title}\n" in shown
    assert "“Then” is the record's coming, since the log tells of no approval: 2026-02-10" in shown


def test_html_loads_and_runs_nothing_whatever_names_say(past: Chronicle, run: Callable[..., Result]) -> None:
    past.edit("newcomer", "name: The newcomer", 'name: "<script>alert(1)</script>"')
    evil = "<img src=x onerror=y> & \"'|@all ##[error] \u202e <evil@x.example>"
    past.commit("</td><script>|`x`", evil.replace("<img", "img").replace("y> ", "y "), "2026-06-01")
    page = run("--root", past.root, "audit", "who", "newcomer", "--format", "html").out
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|a|link|iframe|object)\b", page)
    assert "&lt;script&gt;" in page
    for output in ("text", "markdown", "json"):
        shown = run("--root", past.root, "audit", "who", "newcomer", "--format", output).out
        assert "\u202e" not in shown
        assert "##[error]" not in shown
    assert "<script>" not in run("--root", past.root, "audit", "who", "newcomer", "--format", "markdown").out


def test_a_vendor_that_no_commit_tells_of_is_refused(past: Chronicle, run: Callable[..., Result]) -> None:
    result = run("--root", past.root, "audit", "who", "newcomr")
    assert (result.code, result.out) == (2, "")
    assert "no commit tells of a vendor 'newcomr' · Did you mean 'newcomer'?" in result.err
    assert run("--root", past.root, "audit", "who", "policies").code == 2


def test_a_registry_of_somebody_else_is_told_as_far_as_it_goes(tmp_path: Path, run: Callable[..., Result]) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "preflight.yaml").write_text("vendors: tools/*.yml\nid: /key\n", "utf-8")
    (tools / "a.yml").write_text("key: hammer\nname: Hammer\nlifecycle: 7\napprovals: none\nevidence: [x]\n", "utf-8")
    told = Chronicle(tmp_path)
    told.begin(TOMAS, "2026-01-15")
    told.git("mv", "tools/a.yml", "tools/b.yml")
    told.commit("Move it", KOFI, "2026-02-01")
    (tools / "b.yml").write_text("key: hammer\nname: Sledge\n", "utf-8")
    told.commit("Rename it", KOFI, "2026-02-02")
    result = run("--root", tmp_path, "audit", "who", "hammer", "--format", "json")
    found = json.loads(result.out)
    assert (result.code, found["name"], found["path"]) == (0, "Sledge", "tools/b.yml")
    assert texts(found, "proposed") == [
        (
            "Tomas Hedlund <tomas.hedlund@harbourline.example>: wrote the record: “Start the registry” "
            "[claimed by the commit]"
        )
    ]
    assert any(each["basis"] == "cannot be told" for each in found["findings"])
    assert [each["what"] for each in found["since"]][:2] == [
        "the file was moved from tools/a.yml to tools/b.yml",
        "/name: Hammer → Sledge",
    ]


def test_a_version_that_cannot_be_read_is_told_and_stops_nothing(past: Chronicle, who: Callable[..., Told]) -> None:
    (past.root / "vendors" / "newcomer.yaml").write_text("id: [\n", "utf-8")
    past.commit("Break it", TOMAS, "2026-06-01")
    found = who("newcomer")
    assert found["there"]
    assert any("the record could not be read any more" in each for each in texts(found, "since"))


def test_who_brought_an_unreadable_record_is_not_hidden_by_who_repaired_it(
    past: Chronicle, who: Callable[..., Told]
) -> None:
    path = past.root / "vendors" / "broken.yaml"
    path.write_text("id: [\n", "utf-8")
    past.commit("Something new", STRANGER, "2026-03-01")
    past.record("broken", PROPOSED)
    past.commit("Repair it", KOFI, "2026-03-02")
    assert any(each.startswith("Somebody <") for each in texts(who("broken"), "proposed"))


def test_many_approvals_are_told_in_few_lines(past: Chronicle, who: Callable[..., Told]) -> None:
    for number in range(8):
        now, then = ("approved", "proposed") if number % 2 == 0 else ("proposed", "approved")
        past.edit("newcomer", f"status: {then}", f"status: {now}")
        past.commit(f"Turn {number}", TOMAS, "2026-04-01")
    for number in range(12):
        past.edit(
            "newcomer",
            "approvals:\n",
            f"approvals:\n  - {{role: cfo, by: gareth-whitlock, date: 2026-03-{number + 1:02}}}\n",
        )
        past.commit(f"Approve {number}", TOMAS, "2026-05-01")
    found = who("newcomer")
    assert len(found["merged"]) == 11
    assert "left out; 'preflight audit log' lists all" in found["merged"][1]["what"]


def test_who_pushed_past_the_gate_is_told_with_the_red_flags_that_stood(
    past: Chronicle, who: Callable[..., Told]
) -> None:
    past.record("pushed", "status: live\nproposed_on: 2026-03-01\nsigned_on: 2026-03-02\nlive_on: 2026-03-03")
    past.edit("pushed", "sso: [", "sso: [] # [")
    past.commit("Just do it", STRANGER, "2026-03-04")
    found = who("pushed")
    assert found["then"]["approved"]
    assert any("the record came with the status live" in each["what"] for each in found["approved"])
    assert any(each["what"].startswith("security/single-sign-on stood: ") for each in found["findings"])


def test_the_surroundings_of_today_do_not_name_who_proposed_then(
    who: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = who("flare-sms")
    monkeypatch.setenv("PREFLIGHT_PROPOSERS", "gareth-whitlock,noor-haddad,lena-brandt,sanne-devries")
    assert who("flare-sms") == plain
