"""After a merge and at night: the site and the lists as artefacts, and one issue a subject."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from workflows.conftest import AS_OF, ROOT, git

if TYPE_CHECKING:
    from workflows.conftest import Forge

PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main", "name": "our-stack"}}
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
    written = forge.around / "artefacts" / "inventory"
    assert {path.name for path in written.iterdir()} == {
        *("inventory.csv", "inventory.json", "saasbom.cdx.json"),
        *("due.json", "due.md", "assessment.md", "report.json", "report.md"),
    }
    with (written / "inventory.csv").open(encoding="utf-8", newline="") as file:
        assert "trident-experiments" in {row["id"] for row in csv.DictReader(file)}
    assert json.loads((written / "report.json").read_text("utf-8"))["summary"]["vendors"] == len(
        list((ROOT / "vendors").glob("*.yaml"))
    )
    assert "## ✅ Passed" in run.summary
    assert "## What falls due" in run.summary
    site = forge.around / "artefacts" / "inventory-site"
    assert "<title>Overview · our-stack</title>" in (site / "index.html").read_text("utf-8")
    assert json.loads((site / "site.json").read_text("utf-8")) == {
        "schema": "preflight/site/v1",
        "as_of": AS_OF,
        "commit": git(forge.root, "rev-parse", "HEAD").strip(),
        "exact": True,
    }
    # Nothing is published unless somebody decides so.
    assert not (forge.around / "artefacts" / "github-pages").exists()
    assert not (forge.around / "artefacts" / "published").exists()
    assert any("constraints-site.txt" in line for line in forge.logged("pip"))


def few(forge: Forge) -> None:
    """Leave three vendors, so that a site is there at once."""
    kept = {"vendors/bosun-tags.yaml", "vendors/flare-sms.yaml", "vendors/trident-experiments.yaml"}
    gone = {path.relative_to(forge.root).as_posix() for path in (forge.root / "vendors").glob("*.yaml")} - kept
    forge.commit("Keep three", dict.fromkeys(gone, ""))


def test_a_red_flag_that_came_past_the_gate_makes_the_job_red_and_lists_and_site_are_there_all_the_same(
    forge: Forge,
) -> None:
    """Where somebody decided so, the site is published, too."""
    few(forge)
    past_the_gate(forge)
    run = forge.run("inventory", "push", PUSH, "--var", "PREFLIGHT_PAGES=true")
    assert not run.green
    assert "## ⛔ Blocked" in run.summary
    assert (forge.around / "artefacts" / "inventory" / "inventory.csv").is_file()
    assert (forge.around / "artefacts" / "inventory-site" / "index.html").is_file()
    published = forge.around / "artefacts" / "published"
    assert (published / "vendors" / "trident-experiments.html").is_file(), run.log


def test_what_is_no_site_is_not_published(forge: Forge) -> None:
    rule = "policies/rules/security/no-shared-admin-accounts.yaml"
    forge.commit("A slip", {rule: forge.read(rule).replace("level: red-flag", "level: redflag")})
    run = forge.run("inventory", "push", PUSH, "--var", "PREFLIGHT_PAGES=true")
    assert not run.green
    assert not (forge.around / "artefacts" / "published").exists()


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
