"""The plan of the issues: how much in one run, how long a text, and a title for every kind."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from preflight.due import items as due
from preflight.model import REGISTRY, Level, Outcome, Verdict
from preflight.watch import plan, subjects
from preflight.watch.issues import Issue, Subject, marked, marker
from preflight.watch.plan import Action
from preflight.watch.subjects import MAIN, Wanted

TODAY = date(2026, 11, 22)


def wanted(number: int) -> Wanted:
    subject = Subject(f"vendor-{number}", MAIN)
    return Wanted(subject, subjects.title(subject), f"{marker(subject)}\n\nText\n")


def verdict(vendor: str, message: str) -> Verdict:
    return Verdict(vendor, "a/b", Level.RED_FLAG, Outcome.FAIL, message, "Fix it.", f"vendors/{vendor}.yaml", 1, 1, "")


def test_every_kind_has_a_title() -> None:
    assert set(subjects.TITLES) == {MAIN, *due.KINDS}


@given(st.text(min_size=1), st.sampled_from(sorted(subjects.TITLES)))
def test_a_marker_is_one_line_and_found_again_whatever_the_id(vendor: str, kind: str) -> None:
    line = marker(Subject(vendor, kind))
    assert line.isascii()
    assert line.isprintable()
    assert line.index("-->") == len(line) - 3
    assert marked(f"{line}\n{line}") == Subject(vendor, kind)


@given(st.text())
@example(":")
@example("##[error]" * 99)
def test_a_title_is_a_line_that_a_forge_takes(vendor: str) -> None:
    title = subjects.title(Subject(vendor, MAIN))
    assert title.splitlines() == [title]
    assert len(title) <= 256
    assert not title.startswith("::")


def test_the_registry_as_a_whole_is_called_so() -> None:
    assert subjects.title(Subject(REGISTRY, "rate")) == "registry: currency rates grow stale"


def test_a_text_fits_into_an_issue_and_says_what_is_left_out() -> None:
    [issue] = subjects.wanted([], [verdict("acme", f"{number} " + "@" * 200) for number in range(500)])
    assert len(issue.body) < 65_536
    assert "500 red flags of **acme** stand today." in issue.body
    assert "more rows left out for length." in issue.body


def test_more_than_a_forge_takes_in_an_hour_waits_for_the_next_run_the_most_pressing_first() -> None:
    many = [wanted(number) for number in range(plan.MOST_CHANGES + 7)]
    made = plan.plan(many, [], set(), TODAY, None)
    assert (made.count(Action.OPEN), made.waiting) == (plan.MOST_CHANGES, 7)
    assert made.steps[0].subject.vendor == "vendor-0"
    assert "; 7 more changes on the next run, as of 2026-11-22" in plan.table(made)
    there = [
        Issue(number, step.subject, step.title, step.body or "", open=True) for number, step in enumerate(made.steps, 1)
    ]
    following = plan.plan(many, there, set(), TODAY, None)
    assert (following.count(Action.OPEN), following.count(Action.KEEP), following.waiting) == (7, plan.MOST_CHANGES, 0)
