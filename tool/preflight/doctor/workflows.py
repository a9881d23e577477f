"""What runs on a forge: whether the gate runs on every change, and cannot be switched off by it.

A workflow may be written by anybody and hold anything: nothing here takes a shape for granted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preflight.doctor.observed import Finding, Outcome, Workflow, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Observed
    from preflight.model import Json, JsonObject

GATE = "gate"
TAKE_OURS = "Take .github/workflows/gate.yml of preflight, which has all of this."
WRITE_IT = (
    "Write .github/workflows/gate.yml, as docs/enforcement.md of preflight has it to copy: on: [pull_request, "
    "merge_group]; permissions: {contents: read}; and a job with two steps: uses: actions/checkout@COMMIT with: "
    "{fetch-depth: 0, persist-credentials: false}, and uses: OWNER/preflight@COMMIT, all 40 digits of each."
)
OWN_ACTION = ("./", ".")
PIN = "Name the full commit, and the version in a comment: actions/checkout@<40 hex digits> # v5"
RISKY = ("pull_request_target", "workflow_run")

_RUNS = re.compile(r"\bpreflight\b[^\n]*\bcheck\b")
_PINNED = re.compile(r"[^@\s]+@[0-9a-f]{40}|docker://[^@\s]+@sha256:[0-9a-f]{64}|\./[^@\s]*|\.", re.ASCII)


def readable(seen: Observed) -> Iterator[Finding]:
    """Tell of workflows that cannot be read here: they may do anything."""
    for each in seen.workflows:
        if each.error:
            fix = "Write it in plain YAML, without anchors, so that its readers and preflight see the same."
            yield Finding("workflows", Outcome.PROBLEM, f"cannot be read: {each.error}", fix, each.path, each.line)


def gate(seen: Observed) -> Iterator[Finding]:
    """Look for the workflow that judges changes: on every one of them, and so that it counts."""
    if seen.git is None or seen.bare:
        return
    found = _gate(seen)
    if found is None:
        yield from _without(seen)
        return
    fix = _gate_fix(seen)
    wrong = [*_idle(found, fix), *_without_action(found, seen), *_triggers(found, fix), *_jobs(found)]
    yield from wrong
    if not any(each.outcome is Outcome.PROBLEM for each in wrong):
        yield ok("gate", f"{found.path} judges every change")


def _without(seen: Observed) -> Iterator[Finding]:
    if seen.gitlab is not None and "preflight" in seen.gitlab:
        yield ok("gate", ".gitlab-ci.yml speaks of preflight")
        if "github" not in seen.forges:
            return
    if "github" in seen.forges:
        message = "no workflow judges a change: there is no .github/workflows/gate.yml"
        yield Finding("gate", Outcome.PROBLEM, message, f"{_gate_fix(seen)} Then make its check required.")
    elif seen.gitlab is None or "preflight" not in seen.gitlab:
        outcome = Outcome.PROBLEM if "gitlab" in seen.forges else Outcome.ADVICE
        message = "nothing here judges a change before it is merged"
        fix = "On a forge run 'preflight check --base' in CI; on a server of your own 'preflight hook pre-receive'."
        yield Finding("gate", outcome, message, fix)


def _gate_fix(seen: Observed) -> str:
    """Say where a good gate is to be had: ours runs the action beside it, which a registry elsewhere has not."""
    return TAKE_OURS if seen.action else WRITE_IT


def _gate(seen: Observed) -> Workflow | None:
    """Return the workflow that is the gate: by its name, else by what it runs."""
    named = [each for each in seen.workflows if each.path.rpartition("/")[2].rpartition(".")[0] == GATE]
    running = [each for each in seen.workflows if any(_judges(step) for _, step in _steps(each))]
    return next(iter([*(each for each in named if not each.error), *running, *named]), None)


def _judges(step: JsonObject) -> bool:
    run, uses = step.get("run"), step.get("uses")
    return (isinstance(run, str) and _RUNS.search(run) is not None) or (isinstance(uses, str) and "preflight" in uses)


def _without_action(gate: Workflow, seen: Observed) -> Iterator[Finding]:
    for where, step in _steps(gate):
        if step.get("uses") in OWN_ACTION and not seen.action:
            message = f"the gate uses {step['uses']}, and there is no action.yml at the top of this repository"
            place = gate.at(f"{where}/uses")
            fix = "Name the action where it is: uses: OWNER/preflight@COMMIT, with all 40 digits of the commit."
            yield Finding("gate", Outcome.PROBLEM, message, fix, gate.path, place)


def _idle(gate: Workflow, fix: str) -> Iterator[Finding]:
    parts = [part for _, part in _steps(gate)] + [job for _, job in _each_job(gate)]
    # An action beside the workflow may do anything; by its name alone it is believed.
    if not gate.error and not any(_judges(part) or str(part.get("uses", "")).startswith("./") for part in parts):
        message = "nothing in the gate runs preflight, so it is green whatever a change does"
        yield Finding("gate", Outcome.PROBLEM, message, fix, gate.path, gate.at("/jobs"))


def _triggers(gate: Workflow, fix: str) -> Iterator[Finding]:
    if gate.error:
        return
    on = _on(gate)
    if "pull_request" not in on:
        message = "the gate does not run on pull_request, so no change is judged before it is merged"
        yield Finding("gate", Outcome.PROBLEM, message, fix, gate.path, gate.at("/on"))
    for event in ("pull_request", "merge_group"):
        given = on.get(event)
        for key in given if isinstance(given, dict) else ():
            if key in ("paths", "paths-ignore", "branches-ignore"):
                message = f"the gate leaves changes out by {key}; one that a filter misses is not judged"
                better = f"Take {key} out: what there is to judge, preflight finds out from git."
                yield Finding("gate", Outcome.PROBLEM, message, better, gate.path, gate.at(f"/on/{event}/{key}"))
    given = on.get("pull_request")
    kinds = given.get("types") if isinstance(given, dict) else None
    if isinstance(kinds, list) and not {"opened", "synchronize", "reopened"} <= {str(kind) for kind in kinds}:
        message = "the gate runs on some events of a pull request only; what is pushed later may go unjudged"
        place = gate.at("/on/pull_request/types")
        yield Finding("gate", Outcome.PROBLEM, message, "Take types out: the default is right.", gate.path, place)
    if "merge_group" not in on:
        message = "the gate does not run on merge_group; a merge queue would wait for it for ever"
        better = "Add merge_group, before somebody switches a merge queue on."
        yield Finding("gate", Outcome.ADVICE, message, better, gate.path, gate.at("/on"))


def _jobs(gate: Workflow) -> Iterator[Finding]:
    if gate.error:
        return
    for name, job in _each_job(gate):
        condition = job.get("if")
        if condition is not None and "always()" not in str(condition):
            message = f"the job {name} has a condition, and a job that is skipped counts as passed"
            place = gate.at(f"/jobs/{name}/if")
            yield Finding("gate", Outcome.PROBLEM, message, "Take the 'if' out of the job.", gate.path, place)
        for where, part in [("", job), *_of(job)]:
            if part.get("continue-on-error") not in (None, False):
                message = f"the job {name} goes on after an error, so a red flag would pass"
                place = gate.at(f"/jobs/{name}{where}/continue-on-error")
                yield Finding("gate", Outcome.PROBLEM, message, "Take continue-on-error out.", gate.path, place)
    whole = [("", gate.document), *((f"/jobs/{name}", job) for name, job in _each_job(gate))]
    for where, part in whole:
        given = part.get("permissions") if isinstance(part, dict) else None
        granted = given.values() if isinstance(given, dict) else [given]
        if any(each in ("write", "write-all") for each in granted):
            message = "the gate may write, and needs only to read: what it reads could be written by anybody"
            fix = "Write 'permissions: {}' at the top and 'contents: read' in the job."
            yield Finding("gate", Outcome.PROBLEM, message, fix, gate.path, gate.at(f"{where}/permissions"))


def triggers(seen: Observed) -> Iterator[Finding]:
    """Look for events that run with the rights of the base on what a stranger proposes."""
    if seen.bare or not seen.workflows:
        return
    found = [
        Finding(
            "triggers",
            Outcome.PROBLEM,
            f"{event} runs with the rights of the repository, on what a stranger proposed",
            "Use pull_request; results go to annotations and the summary, which need no right to write.",
            each.path,
            each.at(f"/on/{event}"),
        )
        for each in seen.workflows
        for event in RISKY
        if event in _on(each)
    ]
    yield from found or [ok("triggers", "no workflow runs with rights on what a stranger proposed")]


def pinned(seen: Observed) -> Iterator[Finding]:
    """Look for actions that are not pinned: a tag moves, and what was looked at is not what runs."""
    if seen.bare or not seen.workflows:
        return
    found = []
    for each in seen.workflows:
        used = [(f"/jobs/{name}", job) for name, job in _each_job(each)] + list(_steps(each))
        for where, part in used:
            uses = part.get("uses")
            if isinstance(uses, str) and not _PINNED.fullmatch(uses):
                message = f"{uses} is not pinned by commit: whoever moves that name runs what they like"
                place = each.at(f"{where}/uses")
                found.append(Finding("pinned-actions", Outcome.PROBLEM, message, PIN, each.path, place))
    yield from found or [ok("pinned-actions", "each action is pinned by commit")]


def _on(workflow: Workflow) -> JsonObject:
    """Return the events of a workflow with what is said of each."""
    given = workflow.document.get("on") if isinstance(workflow.document, dict) else None
    if isinstance(given, dict):
        return given
    events = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return {event: None for event in events if isinstance(event, str)}


def _each_job(workflow: Workflow) -> list[tuple[str, JsonObject]]:
    given = workflow.document.get("jobs") if isinstance(workflow.document, dict) else None
    jobs = given.items() if isinstance(given, dict) else ()
    return [(name, job) for name, job in jobs if isinstance(job, dict)]


def _steps(workflow: Workflow) -> Iterator[tuple[str, JsonObject]]:
    """Yield each step with the pointer to it."""
    for name, job in _each_job(workflow):
        yield from ((f"/jobs/{name}{where}", step) for where, step in _of(job))


def _of(job: JsonObject) -> list[tuple[str, JsonObject]]:
    steps: Json = job.get("steps")
    listed = steps if isinstance(steps, list) else []
    return [(f"/steps/{index}", step) for index, step in enumerate(listed) if isinstance(step, dict)]
