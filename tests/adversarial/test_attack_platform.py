"""The forge: what belongs to the corpus and is tried with act in tests/workflows.

- A title, a branch and a body that want to be commands: test_gate.py, …that_want_to_be_commands_stay_text.
- The merge queue: test_gate.py, …the_merge_queue_is_judged_like_a_pull_request.
- A job that is skipped and counts as passed: test_hygiene.py. The required check is one job without needs and without
  a condition, so no other job can skip it. Below is what that rests on.
- A workflow that is edited together with a vendor: test_attack_policies.py, and test_gate.py for what is run
  all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from adversarial.ground import RECORD, ROOT

if TYPE_CHECKING:
    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"


def jobs(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))["jobs"]
    return found


def test_no_other_workflow_has_a_job_by_the_name_of_the_required_check() -> None:
    """A required check is only a name: a job elsewhere that is skipped would count for it."""
    (required,) = jobs("gate.yml").values()
    others = [
        job.get("name", key)
        for path in sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
        if path.name != "gate.yml"
        for key, job in jobs(path.name).items()
    ]
    assert others
    assert required["name"] not in others


def test_no_job_waits_for_another_and_passes_when_that_is_skipped() -> None:
    for path in sorted((ROOT / ".github" / "workflows").glob("*.y*ml")):
        for job in jobs(path.name).values():
            assert not job.get("if", "").strip().startswith("always"), path.name
            assert not job.get("continue-on-error"), path.name


def test_the_merge_commit_of_a_forge_is_judged_against_its_first_parent(ground: Ground) -> None:
    """As CI calls it: the merge of a pull request is checked out, HEAD^1 is the base, HEAD^2 what was proposed."""
    main = ground.tip()
    ground.git("checkout", "--quiet", "-b", "topic", "main~1")
    ground.edit(RECORD, ("status: proposed\n", "status: approved\n  approved_on: 2026-12-22\n"))
    ground.commit()
    tree = ground.tree({"foghorn-sms.yaml": ("100644", ground.blob(ground.read(RECORD)))}, main)
    merge = ground.grow(tree, main, ground.tip(), by="noreply@forge.example")
    ground.git("checkout", "--quiet", "--detach", merge)
    said = ground.check("HEAD", "HEAD^1")
    assert (said.code, ASKED in [rule for rule, _, _ in said.red]) == (1, True)


def test_two_requests_that_are_good_alone_are_judged_together_in_the_queue(ground: Ground) -> None:
    """Each buys for less than the limit, of one company; the second in the queue has the first below it."""
    text = ground.read(RECORD).partition("approvals:")[0].replace("amount: 60000", "amount: 26000")
    text = text.replace("status: approved\n  approved_on: 2026-11-30", "status: proposed")
    heads = []
    for name in ("one", "two"):
        ground.git("checkout", "--quiet", "-b", name, "main")
        record = text.replace("id: foghorn-sms", f"id: company-{name}").replace("Foghorn SMS", f"Company {name}")
        record = record.replace("Foghorn Messaging GmbH", "Sliced Ltd").replace("[foghorn.example]", "[sliced.example]")
        ground.write(f"vendors/company-{name}.yaml", record)
        ground.commit()
        assert ground.check().red == []
        heads.append(ground.tip())
    ground.git("checkout", "--quiet", "one")
    ground.git("merge", "--quiet", "--no-ff", "-m", "Queue", heads[1])
    said = ground.check("HEAD", "HEAD^1")
    assert ("risk/no-split-purchase", "vendors/company-two.yaml") in [each[:2] for each in said.red]
