"""``preflight watch``: one issue a subject, found again by its marker, and nobody else's issue ever touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from commands.conftest import commit
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "watch.schema.json").read_text("utf-8"))
LIVE = "vendors/trident-experiments.yaml"
RED = "trident-experiments: red flags on the main branch"
SHARED = ("shared_accounts: false", "shared_accounts: true")  # a red flag each
LOCAL = ("sso: [saml, oidc]", "sso: []")
OURS = {"login": "app/github-actions", "is_bot": True}

Plan = dict[str, Any]


@pytest.fixture
def watch(registry: Path, run: Callable[..., Result], tmp_path: Path) -> Callable[..., Plan]:
    """Plan for the sample, where there are these issues."""

    def call(*there: dict[str, Any], more: tuple[str, ...] = (), as_of: str = "2026-11-22") -> Plan:
        (tmp_path / "issues.json").write_text(json.dumps(there), "utf-8")
        order = ("--root", registry, "watch", "--issues", tmp_path / "issues.json", "--format", "json", *more)
        result = run(*order, as_of=as_of)
        assert result.code == 0, result.err
        plan: Plan = json.loads(result.out)
        assert Shape(SCHEMA, "watch").problems(plan) == ()
        return plan

    return call


@pytest.fixture(scope="module")
def there(begun: Path) -> list[dict[str, Any]]:
    """The issues that there are once the plan for the sample is carried out where there was none: planned once."""
    order = ["--as-of", "2026-11-22", "--root", str(begun), "watch", "--format", "json"]
    done = subprocess.run([sys.executable, "-m", "preflight", *order], check=True, capture_output=True)
    return [issue(number, step) for number, step in enumerate(json.loads(done.stdout)["steps"], 1)]


def issue(number: int, step: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = {"number": number, "title": step["title"], "body": step["body"], "state": "OPEN", "author": OURS}
    return {**plain, "labels": [{"name": "preflight"}], **changes}


def changes(plan: Plan) -> list[tuple[str, int | None, str]]:
    return [(each["action"], each["number"], each["title"]) for each in plan["steps"] if each["action"] != "keep"]


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), "utf-8")


def test_a_file_that_git_does_not_know_stands_on_no_branch(
    registry: Path, run: Callable[..., Result], watch: Callable[..., Plan]
) -> None:
    before = watch()
    text = (registry / LIVE).read_text("utf-8").replace(*SHARED).replace("id: trident-experiments", "id: zephyr")
    (registry / "vendors" / "zephyr.yaml").write_text(text, "utf-8")
    assert [each for each in watch()["steps"] if each["vendor"] == "zephyr"] == []
    assert changes(watch()) == changes(before), "nor does it weigh on others"
    assert run("--root", registry, "watch").err == (
        "1 vendor file not known to git (vendors/zephyr.yaml), and so on no branch: only what is committed is watched\n"
    )


def test_there_is_one_issue_for_each_vendor_and_kind_with_all_that_is_due(watch: Callable[..., Plan]) -> None:
    plan = watch()
    subjects = [(each["vendor"], each["kind"]) for each in plan["steps"]]
    assert len(set(subjects)) == len(subjects)
    [step] = [each for each in plan["steps"] if each["vendor"] == "trident-experiments"]
    assert (step["action"], step["number"]) == ("open", None)
    assert step["title"] == "trident-experiments: a penetration test is due"
    assert step["body"].splitlines()[:7] == [
        "<!-- preflight:trident-experiments:penetration-test -->",
        "",
        "Of **Trident Experiments**:",
        "",
        "| By | What | Who sees to it | Record |",
        "| --- | --- | --- | --- |",
        (
            "| 2026-09-18<br>**overdue** | Penetration test, last on 2025-09-18 | Ines Albrecht | "
            "vendors/trident-experiments.yaml |"
        ),
    ]
    [registry] = [each for each in plan["steps"] if each["vendor"] is None]
    assert registry["title"] == "registry: the committee meets"
    assert registry["body"].startswith("<!-- preflight:(registry):committee -->\n")


def test_a_plan_that_is_carried_out_leaves_nothing_to_do(
    watch: Callable[..., Plan], there: list[dict[str, Any]]
) -> None:
    assert changes(watch(*there)) == []
    stored = [each | {"body": each["body"].replace("\n", "\r\n").rstrip()} for each in there]  # as a forge may keep it
    assert changes(watch(*stored)) == []
    assert changes(watch(*there, as_of="2026-11-23")) == []  # no text changes with the day


def test_a_red_flag_that_stands_on_the_main_branch_comes_first(
    registry: Path, watch: Callable[..., Plan], there: list[dict[str, Any]]
) -> None:
    change(registry, LIVE, *SHARED)
    plan = watch(*there)
    assert changes(plan) == [("open", None, RED)]
    assert plan["steps"][0]["kind"] == "main"
    assert "1 red flag of **trident-experiments** stands today." in plan["steps"][0]["body"]
    assert (
        "| Several people share one administrator login; personal accounts were wanted | " in plan["steps"][0]["body"]
    )
    red = issue(90, plan["steps"][0])
    assert changes(watch(*there, red)) == []
    change(registry, LIVE, *LOCAL)
    assert changes(watch(*there, red)) == [("update", 90, RED)]
    change(registry, LIVE, *reversed(LOCAL))
    change(registry, LIVE, *reversed(SHARED))
    assert changes(watch(*there, red)) == [("close", 90, RED)]


def test_what_was_closed_by_hand_and_still_stands_is_opened_again(
    watch: Callable[..., Plan], there: list[dict[str, Any]]
) -> None:
    first, *rest = there
    assert changes(watch(first | {"state": "CLOSED"}, *rest)) == [("open", 1, first["title"])]


def test_of_two_issues_about_the_same_the_older_stays(watch: Callable[..., Plan], there: list[dict[str, Any]]) -> None:
    first, *rest = there
    assert changes(watch(first | {"number": 99}, first, *rest)) == [("close", 99, first["title"])]


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param({"author": {"login": "mallory", "is_bot": False}}, id="by a person"),
        pytest.param({"author": {"login": "github-actions", "is_bot": False}}, id="by a person of that name"),
        pytest.param({"author": {"login": "app/dependabot", "is_bot": True}}, id="by another program"),
        pytest.param({"author": {"login": "app/github-actions"}}, id="by nobody knows what"),
        pytest.param({"labels": []}, id="without the label"),
        pytest.param({"labels": [{"name": "preflight-2"}]}, id="with another label"),
    ],
)
def test_an_issue_with_a_forged_marker_is_neither_closed_nor_written_over_nor_believed(
    watch: Callable[..., Plan], there: list[dict[str, Any]], stranger: dict[str, Any]
) -> None:
    first, *rest = there
    gone = {"body": "<!-- preflight:gone:review -->\nx"}
    plan = watch(first | stranger, *rest, issue(77, rest[0], **gone, **stranger))
    assert changes(plan) == [("open", None, first["title"])]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="none"),
        pytest.param("\n<!-- preflight:gone:review -->", id="not on the first line"),
        pytest.param("x <!-- preflight:gone:review -->", id="behind something"),
        pytest.param("<!-- preflight:gone:review --> x", id="before something"),
        pytest.param("<!-- preflight:gone -->", id="without a kind"),
    ],
)
def test_an_issue_of_ours_without_a_marker_is_left_alone(
    watch: Callable[..., Plan], there: list[dict[str, Any]], body: str
) -> None:
    assert changes(watch(*there, issue(77, there[0], body=body))) == []


def test_who_writes_them_can_be_another_app(watch: Callable[..., Plan], there: list[dict[str, Any]]) -> None:
    other = [each | {"author": {"login": "app/registry-bot", "is_bot": True}} for each in there]
    assert len(changes(watch(*other))) == len(there)
    assert changes(watch(*other, more=("--author", "registry-bot"))) == []


def test_how_far_it_looks_is_the_reminder_of_each_kind_unless_days_are_given(watch: Callable[..., Plan]) -> None:
    def soonest(plan: Plan) -> set[tuple[str | None, str]]:
        return {(each["vendor"], each["kind"]) for each in plan["steps"]}

    by_calendar = soonest(watch())
    assert ("plumbline-attribution", "term") in by_calendar  # in 70 days; the reminder is 90 days ahead
    assert ("chartroom-planning", "control") not in by_calendar  # in 61 days; the reminder is 30 days ahead
    assert ("plumbline-attribution", "term") not in soonest(watch(more=("--within", "60")))
    assert ("chartroom-planning", "control") in soonest(watch(more=("--within", "61")))
    overdue = watch(more=("--within", "0"))
    assert overdue["within"] == 0
    assert all("**overdue**" in each["body"] for each in overdue["steps"])


def test_what_cannot_be_read_is_no_reason_to_close_what_was_due(
    registry: Path, watch: Callable[..., Plan], there: list[dict[str, Any]]
) -> None:
    (registry / LIVE).write_text("id: [\n", "utf-8")
    assert [each for each in changes(watch(*there)) if "trident" in each[2]] == [("open", None, RED)]
    (registry / LIVE).unlink()
    closed = [each for each in changes(watch(*there)) if each[2].startswith("trident-experiments")]
    assert [(action, title) for action, _, title in closed] == [
        ("close", "trident-experiments: a penetration test is due")
    ]


def test_hostile_text_stays_text_in_an_issue(registry: Path, watch: Callable[..., Plan]) -> None:
    hostile = (
        "@org/team fixes #12 <!-- preflight:gone:main --> [x](https://evil.example) | </details> ![](//e.example/i)"
    )
    change(registry, LIVE, "name: Trident Experiments", f'name: "{hostile}"')
    [step] = [each for each in watch()["steps"] if each["vendor"] == "trident-experiments" and each["kind"] != "main"]
    assert "trident" in step["title"]
    first, _, rest = step["body"].partition("\n")
    assert first == "<!-- preflight:trident-experiments:penetration-test -->"
    for sign in ("@", "#12", "<!--", "<img", "https://"):
        assert sign not in rest
    shown = MarkdownIt("commonmark").enable("table").render(step["body"])
    assert "<a " not in shown
    assert "<img" not in shown


def test_an_id_that_wants_to_end_the_marker_does_not(registry: Path, watch: Callable[..., Plan]) -> None:
    (registry / "vendors" / "a --> @b.yaml").write_text("id: x\n", "utf-8")
    commit(registry, "A name")
    steps = [each for each in watch()["steps"] if each["kind"] == "main"]
    [step] = [each for each in steps if "-->" in each["vendor"] or each["vendor"] == "x"]
    first = step["body"].splitlines()[0]
    assert first.count("-->") == 1
    again = watch(*(issue(number, each) for number, each in enumerate(steps, 1)))
    assert [each["action"] for each in again["steps"] if each["kind"] == "main"] == ["keep"] * len(steps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "it is not JSON", id="half a file"),
        pytest.param("[" * 100_000, "it is not JSON", id="deep"),
        pytest.param("{}", "it is not a list", id="an object"),
        pytest.param("[1]", "an entry has no number", id="a number"),
        pytest.param('[{"number": true}]', "an entry has no number", id="no number"),
        pytest.param('[{"number": 1e400}]', "an entry has no number", id="a number without end"),
        pytest.param('[{"number": 4, "title": "x"}]', "the body of issue 4 is missing", id="no body"),
        pytest.param(
            '[{"number": 4, "title": "x", "body": "", "state": "OPEN"}]', "the labels of issue 4", id="no labels"
        ),
        pytest.param(
            '[{"number": 4, "title": "x", "body": "", "labels": [{"name": "preflight"}]}]',
            "the author of issue 4 is missing",
            id="no author",
        ),
    ],
)
def test_what_gh_has_not_written_is_refused_with_the_way_to_get_it(
    registry: Path, run: Callable[..., Result], tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "issues.json").write_text(text, "utf-8")
    result = run("--root", registry, "watch", "--issues", tmp_path / "issues.json")
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert "gh issue list --label preflight --state all" in result.err


def test_a_file_that_is_not_there_is_refused(registry: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("--root", registry, "watch", "--issues", tmp_path / "none.json")
    assert (result.code, result.out) == (2, "")
    assert "none.json cannot be read: No such file or directory" in result.err


def test_the_table_says_what_would_happen(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, LIVE, *SHARED)
    result = run("--root", registry, "watch", "--within", "0")
    assert result.code == 0
    assert result.out.splitlines() == [
        "open  new  trident-experiments: red flags on the main branch",
        "open  new  kittiwake-social: a penetration test is due",
        "open  new  trident-experiments: a penetration test is due",
        "open  new  gangway-events: a review is due",
        "open  new  kittiwake-social: a review is due",
        "open  new  kittiwake-social: an incident exercise is due",
        "open  new  lodestar-analytics: a recovery test is due",
        "",
        "7 issues to open, 0 to update, 0 to close, 0 as they should be, as of 2026-11-22",
    ]


def test_without_a_calendar_the_red_flags_are_watched_all_the_same(registry: Path, run: Callable[..., Result]) -> None:
    (registry / "policies" / "calendar.yaml").unlink()
    for rule in (registry / "policies" / "rules").rglob("*.yaml"):  # those that read the facts of the calendar
        if any(name in rule.read_text("utf-8") for name in ("facts.cadence", "facts.due")):
            rule.unlink()
    change(registry, LIVE, *SHARED)
    result = run("--root", registry, "watch")
    assert result.code == 0
    assert "what falls due is not known here" in result.err
    assert result.out.startswith("open  new  trident-experiments: red flags on the main branch\n\n1 issue to open,")


def test_a_registry_that_cannot_be_judged_has_no_plan(registry: Path, run: Callable[..., Result]) -> None:
    (registry / "policies" / "risk.yaml").write_text("x: [\n", "utf-8")
    result = run("--root", registry, "watch")
    assert (result.code, result.out) == (2, "")
    assert "policies/risk.yaml" in result.err
