"""After a merge and at night: the lists as artefacts, and one issue a subject."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from workflows.conftest import AS_OF, ROOT

if TYPE_CHECKING:
    from workflows.conftest import Forge

PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
NIGHT = {"schedule": "23 4 * * *", "repository": {"default_branch": "main"}}
OURS = {"login": "app/github-actions", "is_bot": True}
STRANGER = {"login": "mallory", "is_bot": False}


def plan(forge: Forge) -> list[dict[str, Any]]:
    """Return what watch plans where there is no issue yet."""
    order = [
        sys.executable,
        "-m",
        "preflight",
        "--root",
        str(forge.root),
        "--as-of",
        AS_OF,
        "watch",
        "--format",
        "json",
    ]
    done = subprocess.run(order, check=True, capture_output=True, text=True)
    steps: list[dict[str, Any]] = json.loads(done.stdout)["steps"]
    return steps


def issue(number: int, title: str, body: str, author: dict[str, Any], state: str = "OPEN") -> dict[str, Any]:
    labels = [{"name": "preflight"}]
    return {"number": number, "title": title, "body": body, "author": author, "state": state, "labels": labels}


def past_the_gate(forge: Forge) -> None:
    path = "vendors/trident-experiments.yaml"
    forge.commit("Merged by hand", {path: forge.read(path).replace("shared_accounts: false", "shared_accounts: true")})


def test_after_a_merge_the_lists_are_there_and_all_is_judged(forge: Forge) -> None:
    run = forge.run("inventory", "push", PUSH)
    assert run.green, run.log
    written = forge.around / "artefacts" / "inventory" / "inventory"
    assert {path.name for path in written.iterdir()} == {
        *("inventory.csv", "inventory.json", "due.json", "due.md", "assessment.md", "report.json", "report.md")
    }
    with (written / "inventory.csv").open(encoding="utf-8", newline="") as file:
        assert "trident-experiments" in {row["id"] for row in csv.DictReader(file)}
    assert json.loads((written / "report.json").read_text("utf-8"))["summary"]["vendors"] == len(
        list((ROOT / "vendors").glob("*.yaml"))
    )
    assert "## ✅ Passed" in run.summary
    assert "## What falls due" in run.summary


def test_a_red_flag_that_came_past_the_gate_makes_the_job_red_and_the_lists_are_there_all_the_same(
    forge: Forge,
) -> None:
    past_the_gate(forge)
    run = forge.run("inventory", "push", PUSH)
    assert not run.green
    assert "## ⛔ Blocked" in run.summary
    assert (forge.around / "artefacts" / "inventory" / "inventory" / "inventory.csv").is_file()


def test_at_night_issues_are_opened_updated_and_closed_and_those_of_strangers_left_alone(forge: Forge) -> None:
    first, second, third, *rest = plan(forge)
    past_the_gate(forge)
    there = [issue(10 + each, step["title"], step["body"], OURS) for each, step in enumerate(rest)]
    there += [
        issue(2, second["title"], second["body"].replace("overdue", "soon"), OURS),
        issue(3, third["title"], third["body"], OURS, "CLOSED"),
        issue(4, "gone: a review is due", "<!-- preflight:gone:review -->\n", OURS),
        issue(5, first["title"], first["body"], STRANGER),
        issue(6, "x", "<!-- preflight:gone:term -->\n", STRANGER),
    ]
    (forge.around / "log" / "issues.json").write_text(json.dumps(there), "utf-8")
    run = forge.run("watch", "schedule", NIGHT)
    assert run.green, run.log
    told = forge.logged("gh")
    assert told[0].startswith("label create preflight --force")
    shown = [line.partition(" --body-file")[0] for line in told[1:]]
    assert shown == [
        "issue create --title=trident-experiments: red flags on the main branch",
        f"issue create --title={first['title']}",
        f"issue edit 2 --title={second['title']}",
        "issue reopen 3",
        f"issue edit 3 --title={third['title']}",
        "issue close 4 --comment The records no longer give cause for it.",
    ]
    assert (forge.around / "log" / "body-3").read_text("utf-8") == first["body"]
    assert "2 issues with the label preflight not by github-actions, and left alone" in run.log
    assert "2 issues to open" not in run.summary
    assert "3 issues to open, 1 to update, 1 to close" in run.summary


def test_where_nothing_changes_nothing_is_written(forge: Forge) -> None:
    there = [issue(each, step["title"], step["body"], OURS) for each, step in enumerate(plan(forge), 1)]
    (forge.around / "log" / "issues.json").write_text(json.dumps(there), "utf-8")
    run = forge.run("watch", "schedule", NIGHT)
    assert run.green
    assert "0 issues to open, 0 to update, 0 to close" in run.summary
    assert forge.logged("gh") == []
