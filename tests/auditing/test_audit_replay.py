"""The gate, held again over every commit: who went round it, and when red flags came and went."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from auditing.story import FALSE, RECORD, RULE, TRUE, VENDOR, Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "replay.schema.json").read_text("utf-8"))
MESSAGE = "Neither SAML nor OpenID Connect; one of the two was wanted"


def replay(run: Callable[..., Result], story: Story, *options: str, code: int) -> dict[str, Any]:
    """Return the replay as JSON."""
    result = run("--root", story.root, "audit", "replay", "--format", "json", *options)
    assert result.code == code, result.err
    found: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    """Return subject, state, vendor and rule of everything that blocks."""
    return [
        (commit["subject"], commit["state"], each["vendor"], each["rule"])
        for commit in found["commits"]
        for each in commit["findings"]
    ]


def came_and_went(story: Story, found: dict[str, Any]) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """Return of each flag the rule, what came with which subject, by what it came, and the same of its going."""
    subjects = dict(line.split(" ", 1) for line in story.git("log", "--format=%H %s").splitlines())
    return [
        (
            each["rule"],
            subjects[each["came"]["commit"]],
            each["came"]["by"],
            each["went"] and subjects[each["went"]["commit"]],
            each["went"] and each["went"]["by"],
        )
        for each in found["flags"]
    ]


def test_what_an_administrator_pushed_past_the_gate_is_found(run: Callable[..., Result], played: Story) -> None:
    found = replay(run, played, code=1)
    assert told(found) == [("Urgent (#17)", "refused", VENDOR, RULE)]
    [commit] = found["commits"]
    assert (commit["email"], commit["pull_request"], commit["day"]) == ("root@harbourline.example", 17, "2026-11-22")
    assert commit["findings"][0] == {
        "vendor": VENDOR,
        "rule": RULE,
        "field": "/security/access/sso",
        "message": MESSAGE,
        "path": RECORD,
        "new": True,
    }
    assert came_and_went(played, found) == [(RULE, "Urgent (#17)", "change", "Put it right", "change")]


def test_the_table_tells_who_what_and_until_when(run: Callable[..., Result], played: Story) -> None:
    result = run("--root", played.root, "audit", "replay")
    assert result.code == 1
    assert f"  {VENDOR}  {RULE}  {MESSAGE}" in " ".join(result.out.split("\n      ")).splitlines()
    assert "root · unsigned · request 17" in result.out
    assert "1 of 3 commits that were judged went round the gate (1 touch nothing that is" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_every_commit_is_listed_on_request(run: Callable[..., Result], played: Story) -> None:
    found = replay(run, played, "--all", code=1)
    assert [each["state"] for each in found["commits"]] == ["first", "untouched", "refused", "passed", "passed"]


def test_a_line_that_kept_to_the_gate_passes(run: Callable[..., Result], story: Story) -> None:
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.commit("Word it better")
    result = run("--root", story.root, "audit", "replay")
    assert result.code == 0
    assert "No commit went round the gate; 1 commit was judged." in result.out


def test_a_date_that_was_set_back_helps_nobody(run: Callable[..., Result], story: Story) -> None:
    """Judged on the claimed day, an approval or a certificate of then would still hold."""
    story.edit(RECORD, TRUE, FALSE)
    story.commit("Old news", day="2001-01-01")
    [commit] = replay(run, story, code=1)["commits"]
    assert (commit["day"], commit["date"][:10]) == ("2026-11-20", "2001-01-01")


def test_a_flag_that_the_day_brings_is_no_way_round_the_gate(run: Callable[..., Result], story: Story) -> None:
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.git("add", "--all")
    story.write("vendors/folio-cms.yaml", (story.root / "vendors/folio-cms.yaml").read_text("utf-8"))
    story.commit("A year later", day="2028-11-22")
    found = replay(run, story, code=1)  # the vendor that it touches has flags of its own by then
    others = {(each["came"]["by"], each["vendor"] == "folio-cms") for each in found["flags"]}
    assert others == {("change", True), ("elsewhere", False)}
    assert {each["vendor"] for commit in found["commits"] for each in commit["findings"]} == {"folio-cms"}


def test_rules_of_the_base_judge_who_weakens_them(run: Callable[..., Result], story: Story) -> None:
    (story.root / f"policies/rules/{RULE}.yaml").unlink()
    story.edit(RECORD, TRUE, FALSE)
    story.commit("Less to do")
    found = replay(run, story, code=1)
    rules = {rule for _, _, _, rule in told(found)}
    assert {RULE, "change/policy"} <= rules, "the rule that is taken out still judges"
    assert RULE not in {each["rule"] for each in found["flags"]}, "afterwards it is not there any more"


def test_the_rules_of_today_can_be_asked_too(run: Callable[..., Result], story: Story) -> None:
    rule = f"policies/rules/{RULE}.yaml"
    text = (story.root / rule).read_text("utf-8")
    (story.root / rule).unlink()
    story.commit("Without the rule")
    story.edit(RECORD, TRUE, FALSE)
    before = story.commit("Passes")
    story.write(rule, text)
    story.commit("With it")
    found = replay(run, story, "--today-rules", code=1)  # the policy changed without a signature
    said = {each["commit"]: each for each in found["commits"]}
    assert said[before]["state"] == "passed"
    assert [(each["vendor"], each["rule"]) for each in said[before]["today"]] == [(VENDOR, RULE)]
    assert [each["rule"] for each in found["flags"] if each["came"]["by"] == "rules"] == [RULE]


def test_rules_that_cannot_be_read_are_told_and_stop_nothing(run: Callable[..., Result], story: Story) -> None:
    level = "policies/levels.yaml"
    text = (story.root / level).read_text("utf-8")
    story.write(level, "nonsense: [")
    story.commit("Break it (#17)")
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.commit("Nobody can tell")
    story.write(level, text)
    story.commit("Mend it")
    found = replay(run, story, code=1)
    assert [(each["subject"], each["state"]) for each in found["commits"]] == [
        ("Break it (#17)", "refused"),
        ("Nobody can tell", "cannot-judge"),
        ("Mend it", "cannot-judge"),
    ]
    assert found["commits"][0]["findings"][0]["rule"] == "gate/cannot-judge"
    assert found["commits"][1]["reason"].startswith("policies/levels.yaml:")
    assert replay(run, story, "--since", "HEAD~2", code=2)["summary"]["cannot_judge"] == 2


def test_rules_that_came_later_judge_nobody_before_them(run: Callable[..., Result], tmp_path: Path) -> None:
    story = Story(tmp_path / "young")
    story.root.mkdir()
    story.git("init", "--quiet", "--initial-branch=main")
    story.write("README.md", "Read me.\n")
    story.commit("Begin", "2026-11-01")
    for folder in ("policies", "schemas", "vendors"):
        subprocess.run(["cp", "-r", str(ROOT / folder), str(story.root)], check=True)
    story.commit("Rules and records", "2026-11-20")
    found = replay(run, story, "--all", code=0)
    assert [each["state"] for each in found["commits"]] == ["first", "no-rules"]


def test_only_what_came_after_is_judged(run: Callable[..., Result], played: Story) -> None:
    """What stood already is known to have stood, and not told as new."""
    found = replay(run, played, "--since", "HEAD~2", "--all", code=0)
    assert [each["subject"] for each in found["commits"]] == ["Word it better", "Put it right"]
    assert came_and_went(played, found) == [(RULE, "Urgent (#17)", None, "Put it right", "change")]
    assert replay(run, played, "--until", "HEAD~3", code=0)["summary"]["commits"] == 2
    assert replay(run, played, "--since", "2026-11-22", code=1)["summary"]["commits"] == 4
    assert replay(run, played, "--until", "2026-11-21", code=0)["summary"]["commits"] == 1


def test_a_checkpoint_makes_it_incremental(run: Callable[..., Result], line: Story, tmp_path: Path) -> None:
    point = tmp_path / "point.json"
    assert run("--root", line.root, "audit", "checkpoint", point).code == 0
    line.edit(RECORD, TRUE, FALSE)
    line.commit("Once more")
    found = replay(run, line, "--since", str(point), code=1)
    assert [each["subject"] for each in found["commits"]] == ["Once more"]
    line.git("reset", "--quiet", "--hard", "HEAD~2")
    line.commit("Another history")
    result = run("--root", line.root, "audit", "replay", "--since", point)
    assert (result.code, result.out) == (2, "")
    assert "is not on the line" in result.err
    assert "preflight audit verify" in result.err


def test_an_evil_merge_is_judged_by_what_it_leaves(run: Callable[..., Result], story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "topic")
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.commit("Harmless")
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "--no-ff", "--no-commit", "topic")
    story.edit(RECORD, TRUE, FALSE)
    story.commit("Merge branch 'topic'")
    assert told(replay(run, story, code=1)) == [("Merge branch 'topic'", "refused", VENDOR, RULE)]


def test_who_is_named_by_the_surroundings_of_today_proposed_nothing_then(
    run: Callable[..., Result], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.edit("vendors/gangway-events.yaml", "summary: ", "summary: Still ")
    story.commit("Word it better")
    monkeypatch.setenv("GL_USER", "gareth.whitlock@harbourline.example")
    monkeypatch.setenv("PREFLIGHT_PROPOSERS", "gareth-whitlock")
    assert replay(run, story, code=0)["summary"]["passed"] == 1


def test_a_foreign_registry_with_rules_is_replayed(run: Callable[..., Result], tmp_path: Path) -> None:
    story = Story(tmp_path / "foreign")
    story.write("preflight.yaml", "vendors: services/*.yaml\nschema: service.json\nrules: checks\nid: /name\n")
    story.write(
        "service.json",
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {"name": {"type": "string"}, "cost": {"type": "integer"}},
                "required": ["name", "cost"],
                "additionalProperties": False,
            }
        ),
    )
    story.write(
        "checks/money/not-dear.yaml",
        "title: It is not dear\nlevel: red-flag\nat: /cost\nassert: vendor.cost < 100\nmessage: It is dear\n"
        "why: Money is short.\nfix: Ask for less.\nexamples:\n  as_of: 2026-06-01\n  pass: [{cost: 1}]\n"
        "  fail: [{cost: 100}]\n",
    )
    story.write("services/one.yaml", "name: one\ncost: 1\n")
    story.git("init", "--quiet", "--initial-branch=main")
    story.commit("Begin")
    story.write("services/one.yaml", "name: one\ncost: 500\n")
    story.commit("Dearer")
    story.write("notes.txt", "nothing\n")
    story.commit("Note")
    found = replay(run, story, code=1)
    assert told(found) == [("Dearer", "refused", "one", "money/not-dear")]
    assert came_and_went(story, found) == [("money/not-dear", "Dearer", "change", None, None)]


def test_a_bare_repository_is_replayed(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    played.git("clone", "--quiet", "--bare", str(played.root), str(tmp_path / "bare.git"))
    bare = Story(tmp_path / "bare.git")
    assert told(replay(run, bare, code=1)) == [("Urgent (#17)", "refused", VENDOR, RULE)]


def test_a_shallow_clone_is_refused(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    played.git("clone", "--quiet", "--depth=2", f"file://{played.root}", str(tmp_path / "shallow"))
    result = run("--root", tmp_path / "shallow", "audit", "replay")
    assert (result.code, result.out) == (2, "")
    assert "git fetch --unshallow" in result.err


def test_hostile_words_stay_words(run: Callable[..., Result], story: Story) -> None:
    story.edit(RECORD, TRUE, FALSE)
    story.commit("\x1b[31m ##[stop-commands]x <script> @team | =cmd()", by="\x1b]8;;x@harbourline.example")
    for form in ("table", "markdown", "json"):
        out = run("--root", story.root, "audit", "replay", "--format", form).out
        assert "\x1b" not in out
        assert "##[" not in out
        assert form != "markdown" or ("<script>" not in out and "@team" not in out)


def test_many_commits_are_judged_on_all_cores_like_one_after_the_other(
    run: Callable[..., Result], begun: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 commits, of which 13 have to be looked at."""
    monkeypatch.setattr("preflight.commands.audit_replay.SERIAL", 4)
    root = tmp_path / "many"
    story = begun.copy(root)
    base = (story.root / RECORD).read_text("utf-8")
    stream = []
    for number in range(100):
        path, text = ("README.md", f"{number}\n")
        if number % 8 == 0:
            path, text = RECORD, base.replace(TRUE, FALSE) if number == 96 else f"{base}# {number}\n"
        data = text.encode()
        stream.append(
            b"commit refs/heads/main\ncommitter C <c@x.io> %d +0000\ndata 2\nno\n%sM 100644 inline %s\ndata %d\n%s\n"
            % (
                1_795_400_000 + number,
                b"from refs/heads/main^0\n" if not number else b"",
                path.encode(),
                len(data),
                data,
            )
        )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=b"".join(stream), check=True)
    found = replay(run, story, code=1)
    assert [(each["number"], each["findings"][0]["rule"]) for each in found["commits"]] == [(97, RULE)]
    assert (found["summary"]["untouched"], found["summary"]["passed"]) == (87, 12)
    monkeypatch.setattr("preflight.commands.audit_replay.SERIAL", 1000)
    assert replay(run, story, code=1) == found


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_ctrl_c_ends_it_without_a_word_too_many(played: Story) -> None:
    # It says when it is there: until then a signal would meet the interpreter, which is still loading.
    here = "import preflight.commands.audit_replay as _, preflight.__main__ as p; print(1, flush=True); p.main()"
    command = [sys.executable, "-c", here, "--root", str(played.root), "audit", "replay"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert (process.returncode, out) == (130, "") or process.returncode == 1
    assert played.git("status", "--porcelain") == ""
