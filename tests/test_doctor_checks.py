"""Each check of ``preflight doctor``, on what the shell would have seen."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from preflight import doctor
from preflight.codeowners import LOCATIONS
from preflight.doctor import content, listing
from preflight.doctor.observed import Finding, Git, Hook, Observed, Outcome, Workflow
from preflight.schema import Shape

if TYPE_CHECKING:
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
OWNERS = "* @noor\n"
GATE = """
on: {pull_request: , merge_group: }
permissions: {}
jobs:
  preflight:
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
      - uses: ./action
      - run: preflight check --base "$BASE"
"""
HOOK = "#!/bin/sh\nexec preflight hook pre-receive --branch main\n"


def holder(name: str, role: str = "policy-owner", **more: Any) -> JsonObject:
    """Return somebody who holds a role, with a login."""
    return {"id": name, "name": name, "logins": [name], "roles": [{"role": role, "from": "2024-01-01"}], **more}


PEOPLE: JsonObject = {"teams": [], "people": [holder("noor"), holder("ruben"), holder("gareth", "cfo")]}
APPROVALS: JsonObject = {
    "roles": [
        {"role": "cfo", "title": "CFO", "proof": "recorded"},
        {"role": "policy-owner", "title": "Owner", "proof": "recorded"},
    ],
    "demands": [{"role": "cfo", "annual_cost_from": 50000, "why": "Money."}],
}


def workflow(text: str, path: str = ".github/workflows/gate.yml") -> Workflow:
    # Read as the strict reader does: 'on' is a string.
    return Workflow(path, yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - gives nothing but strings


@pytest.fixture
def clone() -> Observed:
    """A clone in which all is well."""
    attributes = {content.DECISION: {"text": "unset"}}
    hook = Hook("#!/bin/sh\nexec preflight hook pre-commit\n", executable=True)
    return Observed(
        TODAY,
        Git(pre_commit=hook, attributes=attributes),
        rules=("policies/rules/a/b.yaml",),
        people=PEOPLE,
        approvals=APPROVALS,
        owners={LOCATIONS[0]: OWNERS},
        workflows=(workflow(GATE),),
        forges=frozenset({"github"}),
    )


@pytest.fixture
def server() -> Observed:
    """A bare repository in which all is well."""
    settings = {"receive.fsckobjects": "true", "receive.denydeletes": "true", "receive.denynonfastforwards": "true"}
    attributes = {content.DECISION: {"text": "unset"}}
    git = Git(bare=True, settings=settings, pre_receive=Hook(HOOK, executable=True), attributes=attributes)
    return Observed(TODAY, git, people=PEOPLE, approvals=APPROVALS, owners={LOCATIONS[0]: OWNERS})


def wrong(seen: Observed) -> list[tuple[str, str, str]]:
    """Return check, outcome and message of all that is not in order, but for what cannot be seen."""
    found = doctor.examine(seen)
    assert all(each.fix for each in found if each.outcome is not Outcome.OK)
    shown = [each for each in found if each.outcome in (Outcome.PROBLEM, Outcome.ADVICE)]
    return [(each.check, each.outcome.value, each.message) for each in shown]


def with_git(seen: Observed, **changes: Any) -> Observed:
    assert seen.git is not None
    return replace(seen, git=replace(seen.git, **changes))


def test_where_all_is_well_nothing_is_said(clone: Observed, server: Observed) -> None:
    assert wrong(clone) == []
    assert wrong(server) == []


def test_what_only_the_forge_knows_is_named(clone: Observed, server: Observed) -> None:
    unseen = [each for each in doctor.examine(clone) if each.outcome is Outcome.CANNOT_TELL]
    assert [each.check for each in unseen] == ["required-check", "own-workflow", "bypass", "owner-reviews"]
    assert all("cannot be seen from here" in each.message and each.fix for each in unseen)
    gitlab = replace(clone, forges=frozenset({"gitlab"}))
    fixes = {each.check: each.fix for each in doctor.examine(gitlab) if each.outcome is Outcome.CANNOT_TELL}
    assert fixes["own-workflow"] == (
        "Take the CI configuration from another project, or use a pipeline execution policy."
    )
    [only] = [each for each in doctor.examine(server) if each.outcome is Outcome.CANNOT_TELL]
    assert only.check == "server-access"


# ---- The repository -----------------------------------------------------------------------------


def test_without_git_nothing_is_held_back(clone: Observed) -> None:
    said = wrong(replace(clone, git=None))
    assert said[0] == (
        "repository",
        "problem",
        "this folder is not in a git repository: nobody can tell who changed what, and no change is held back",
    )
    assert len(said) == 1


@pytest.mark.parametrize(
    ("changes", "check", "outcome", "said"),
    [
        ({"shallow": True}, "shallow", "problem", "this clone is shallow"),
        ({"replaced": 2}, "replace-refs", "problem", "2 refs below refs/replace/"),
        ({"grafted": True}, "replace-refs", "problem", "a file of grafts"),
        ({"branch": None}, "head", "advice", "HEAD names a commit and no branch"),
        ({"born": False}, "head", "problem", "nothing was committed yet"),
        ({"untracked": ("vendors/new.yaml",)}, "untracked", "advice", "1 file (vendors/new.yaml) not known to git"),
        ({"ignored": ("vendors/x.yaml",)}, "ignored", "problem", "1 file (vendors/x.yaml) ignored by git"),
        ({"ignores_decisions": True}, "ignored", "problem", "git ignores vendors/decisions/"),
        ({"attributes": {}}, "attributes", "advice", "git may change line ends below vendors/decisions/"),
        ({"pre_commit": None}, "pre-commit", "advice", "no hook judges what is staged"),
        (
            {"pre_commit": Hook("exec preflight", executable=False)},
            "pre-commit",
            "advice",
            "the hook pre-commit is not",
        ),
    ],
)
def test_what_is_wrong_with_a_clone_is_told(
    clone: Observed, changes: dict[str, Any], check: str, outcome: str, said: str
) -> None:
    [found] = wrong(with_git(clone, **changes))
    assert found[:2] == (check, outcome)
    assert found[2].startswith(said)


def test_an_attribute_that_hides_is_told_with_what_it_hides(clone: Observed) -> None:
    given = {content.DECISION: {"text": "unset"}, "vendors/acme.yaml": {"diff": "unset"}, "x.png": {"diff": "unset"}}
    assert wrong(with_git(clone, attributes=given)) == [
        ("attributes", "problem", ".gitattributes hides changes from reviews (diff: unset): 1 file (vendors/acme.yaml)")
    ]


# ---- Owners -------------------------------------------------------------------------------------


NO_OWNER = "'noor' is neither @user, nor @organisation/team, nor an e-mail address"


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        pytest.param({}, [
            "nobody is asked before the rules, the people or the gate change: there is no CODEOWNERS",
            "1 of 1 rule without an owner, in policies/rules/a",
        ], id="none"),
        pytest.param({LOCATIONS[0]: "/policies/ @noor\n/schemas/ @noor\n"}, [
            "no owner is asked before these change: preflight.yaml, .github/, " + ", ".join(LOCATIONS[:3])
        ], id="a part"),
        pytest.param({LOCATIONS[0]: f"{OWNERS}/policies/rules/\n"}, [
            "1 of 1 rule without an owner, in policies/rules/a"
        ], id="rules taken away"),
        pytest.param({LOCATIONS[0]: f"{OWNERS}/vendors/ noor\n!x @noor\n"}, [
            f"a forge skips this line: {NO_OWNER} (and 1 more line like it)"
        ], id="a line that does not count"),
        pytest.param({LOCATIONS[0]: OWNERS, "CODEOWNERS": OWNERS}, [
            "CODEOWNERS count for nothing, as .github/CODEOWNERS is there"
        ], id="two"),
        pytest.param({"docs/CODEOWNERS": OWNERS + "#" * 3_000_000}, [
            "3,000,008 bytes, and at most 3,000,000 are loaded"
        ], id="too large"),
    ],
)  # fmt: skip
def test_who_is_not_asked_is_told(clone: Observed, owners: dict[str, str], said: list[str]) -> None:
    assert [message for _, _, message in wrong(replace(clone, owners=owners))] == said


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({}, "Run: preflight codeowners --write, and require reviews by code owners on the forge."),
        ({"schema": False}, "Write .github/CODEOWNERS with an owner for policies/, schemas/vendor.schema.json, "),
        ({"rules": ()}, "Write .github/CODEOWNERS with an owner for policies/, schemas/vendor.schema.json, "),
        ({"people": None}, "Write .github/CODEOWNERS with an owner for policies/, schemas/vendor.schema.json, "),
        ({"people": {"teams": [], "people": []}},
         "Give two people the role policy-owner, with their logins, in policies/people.yaml. Then run: preflight "),
    ],
    ids=["ours", "no schema", "no rules", "no directory", "nobody who owns the rules"],
)  # fmt: skip
def test_the_command_is_advised_only_where_it_can_write(clone: Observed, changes: dict[str, Any], fix: str) -> None:
    found = doctor.examine(replace(clone, owners={}, **changes))
    assert next(each.fix for each in found if each.check == "trust-root").startswith(fix)


def test_where_nothing_judges_nobody_has_to_be_asked(clone: Observed) -> None:
    found = doctor.examine(replace(clone, owners={}, law=(), rules=(), schema=False))
    assert "trust-root" not in {each.check for each in found}


def test_without_a_forge_owners_are_advice_as_the_hook_guards(server: Observed) -> None:
    [found] = wrong(replace(server, owners={}))
    assert found[:2] == ("trust-root", "advice")
    assert "on a plain git server the hook guards them" in found[2]


# ---- Roles and keys -----------------------------------------------------------------------------


def people(*everybody: JsonObject) -> JsonObject:
    return {"teams": [], "people": list(everybody)}


LOGIN_OF_TWO = "the login noor stands for noor and twin, so it cannot be told which of them proposed a change"


@pytest.mark.parametrize(
    ("everybody", "said"),
    [
        pytest.param([holder("noor"), holder("ruben")], [
            ("roles", "problem", "nobody holds the role cfo, and purchases need its word")
        ], id="a role that is needed"),
        pytest.param([holder("noor"), holder("gareth", "cfo")], [
            ("policy-owners", "problem", "only noor holds the role policy-owner, and a change of the rules needs two")
        ], id="one policy owner"),
        pytest.param([holder("gareth", "cfo"), holder("noor", left="2026-11-21"), holder("ruben", left="2026-11-21")], [
            ("policy-owners", "problem", "nobody holds the role policy-owner, and a change of the rules needs two")
        ], id="those who left hold nothing"),
        pytest.param([*PEOPLE["people"], {"id": "twin", "name": "T", "logins": ["NOOR"]}], [
            ("logins", "problem", LOGIN_OF_TWO)
        ], id="a login of two"),
        pytest.param([], [
            ("roles", "problem", "nobody holds the role cfo, and purchases need its word"),
            ("policy-owners", "problem", "nobody holds the role policy-owner, and a change of the rules needs two"),
        ], id="nobody"),
        pytest.param([*PEOPLE["people"], {"id": "new", "name": "N"}, {"id": "old", "name": "", "left": "2020-01-01"}], [
            ("logins", "advice", "1 person without a login (new): nobody sees what they propose")
        ], id="without a login"),
    ],
)  # fmt: skip
def test_who_is_missing_is_told(clone: Observed, everybody: list[JsonObject], said: list[tuple[str, str, str]]) -> None:
    assert wrong(replace(clone, people=people(*everybody))) == said


def test_of_nobody_it_is_not_said_that_everybody_can(clone: Observed) -> None:
    signed = {**APPROVALS, "roles": [{**each, "proof": "signed"} for each in APPROVALS["roles"]]}
    found = doctor.examine(replace(clone, people=people(), approvals=signed, signers="# nobody yet\n"))
    told = {each.check: (each.outcome.value, each.message) for each in found}
    assert not {"logins", "signing", "key-holders", "key-terms"} & set(told)
    assert told["signers"] == ("problem", "it holds no key yet, and signatures are asked for from: cfo, policy-owner")


def test_only_roles_that_somebody_holds_can_sign(clone: Observed, public: list[str]) -> None:
    roles = [{"role": name, "title": name, "proof": "signed"} for name in ("cfo", "board")]
    seen = replace(clone, approvals={"roles": roles, "demands": []}, signers=f"gareth {public[0]}\n")
    [said] = [each for each in doctor.examine(seen) if each.check == "signing"]
    assert (said.outcome, said.message) == (Outcome.OK, "who has to sign can: cfo")
    assert ("roles", "advice", "nobody holds the role board") in wrong(seen)


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three keys, made on the spot."""
    folder = tmp_path_factory.mktemp("public")
    made = []
    for name in "abc":
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, capture_output=True)
        made.append((folder / f"{name}.pub").read_text("utf-8").strip())
    return made


SIGNED: JsonObject = {
    **APPROVALS,
    "roles": [
        {"role": "cfo", "title": "CFO", "proof": "signed"},
        {"role": "policy-owner", "title": "Owner", "proof": "recorded"},
    ],
}


NO_KEY = (
    "the role cfo signs, and none of its 1 holder can: no key that is good for preflight-decision@v1 belongs to gareth"
)


UNDER_ADDRESS = (
    "a key stands under g@harbour.example, and decisions say gareth: whoever verifies one by hand with ssh-keygen and "
    "that name is told that it cannot be verified"
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param([("gareth", "")], [], id="the holder has a key"),
        pytest.param([("gareth", 'valid-before="20270101Z" ')], [], id="that ends later"),
        pytest.param([("gareth", 'valid-before="20261201Z" ')], [
            ("key-terms", "advice", "the key of gareth expires in 9 days, on 2026-12-01, and there is no other")
        ], id="that ends soon"),
        pytest.param([("gareth", 'valid-before="20261201Z" '), ("gareth", "")], [], id="and there is another"),
        pytest.param([("gareth", 'valid-before="20261122Z" ')], [
            ("key-terms", "problem", "the only key of gareth expired: it was good until the day before 2026-11-22"),
            ("signing", "problem", NO_KEY),
        ], id="that ended"),
        pytest.param([("gareth", 'namespaces="git" ')], [
            ("signing", "problem", NO_KEY),
        ], id="for something else"),
        pytest.param([("gareth", ""), ("mallory", "")], [
            ("key-holders", "problem", "a key belongs to mallory, who is nobody in people.yaml")
        ], id="of nobody"),
        pytest.param([("gareth", ""), ("gone", "")], [
            ("key-holders", "problem", "the key of gone, who left on 2026-06-30, is still good")
        ], id="of somebody who left"),
        pytest.param([("gareth", ""), ("gone", 'valid-before="20260701Z" ')], [], id="ended with them"),
        pytest.param([("g@harbour.example", "")], [
            ("key-holders", "advice", UNDER_ADDRESS)
        ], id="under an address"),
    ],
)  # fmt: skip
def test_whose_keys_are_good_is_told(
    clone: Observed, public: list[str], lines: list[tuple[str, str]], said: list[tuple[str, str, str]]
) -> None:
    text = "".join(f"{name} {options}{key}\n" for (name, options), key in zip(lines, public, strict=False))
    everybody = [{**each, "email": f"{each['id'][0]}@harbour.example"} for each in PEOPLE["people"]]
    known = people(*everybody, {"id": "gone", "name": "Gone", "left": "2026-06-30"})
    assert wrong(replace(clone, people=known, approvals=SIGNED, signers=text)) == said


def test_signatures_asked_for_without_any_key_are_a_problem(clone: Observed) -> None:
    [found] = wrong(replace(clone, approvals=SIGNED))
    assert found == ("signers", "problem", "there is no such file, and signatures are asked for from: cfo")


def test_a_file_of_keys_that_cannot_be_read_is_told_with_its_place(clone: Observed) -> None:
    found = doctor.examine(replace(clone, approvals=SIGNED, signers="gareth ssh-ed25519 nonsense\n"))
    [said] = [each for each in found if each.check == "signers"]
    assert (said.outcome, said.path, said.line) == (Outcome.PROBLEM, "policies/allowed_signers", 1)
    assert said.message.endswith("; no signature counts until it can be read")


def test_policy_owners_who_sign_have_to_be_two(clone: Observed, public: list[str]) -> None:
    roles = [{**each, "proof": "signed"} for each in APPROVALS["roles"] if each["role"] == "policy-owner"]
    asked = {**APPROVALS, "roles": roles, "demands": []}
    text = f'noor namespaces="preflight-policy@v1" {public[0]}\n'
    [found] = wrong(replace(clone, approvals=asked, signers=text))
    assert found[:2] == ("signing", "problem")
    assert found[2] == (
        "the role policy-owner signs, and 1 of its 2 holders can: no key that is good for preflight-policy@v1 "
        "belongs to ruben"
    )


# ---- Workflows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pull_request: ,", "push: ,", "gate problem the gate does not run on pull_request"),
        ("pull_request: ,", "pull_request: {paths: [a]},", "gate problem the gate leaves changes out by paths"),
        ("pull_request: ,", "pull_request: {types: [opened]},", "gate problem the gate runs on some events"),
        (", merge_group: ", "", "gate advice the gate does not run on merge_group"),
        ("    steps:", "    if: github.actor\n    steps:", "gate problem the job preflight has a condition"),
        ("- run:", "- continue-on-error: true\n        run:", "gate problem the job preflight goes on after"),
        ("contents: read", "contents: write", "gate problem the gate may write"),
        ("permissions: {}", "permissions: write-all", "gate problem the gate may write"),
        ("{pull_request:", "{workflow_run: , pull_request:", "triggers problem workflow_run runs with the rights"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@v5", "pinned-actions problem actions/checkout@v5 is not"),
    ],
)
def test_a_gate_that_can_be_got_round_is_told(clone: Observed, old: str, new: str, said: str) -> None:
    assert old in GATE
    found = wrong(replace(clone, workflows=(workflow(GATE.replace(old, new)),)))
    assert " ".join(found[0]).startswith(said)


def test_without_a_gate_a_forge_lets_everything_in(clone: Observed) -> None:
    other = workflow("on: push\njobs: {}\n", ".github/workflows/other.yml")
    assert wrong(replace(clone, workflows=(other,))) == [
        ("gate", "problem", "no workflow judges a change: there is no .github/workflows/gate.yml")
    ]
    gitlab = replace(clone, workflows=(), forges=frozenset({"gitlab"}), gitlab="script: preflight check\n")
    gitlab = replace(gitlab, owners={"CODEOWNERS": OWNERS})
    assert wrong(gitlab) == []
    [found] = wrong(replace(gitlab, gitlab="script: true\n"))
    assert found == ("gate", "problem", "nothing here judges a change before it is merged")
    [found] = wrong(replace(gitlab, gitlab=None, forges=frozenset()))
    assert found[:2] == ("gate", "advice")


def test_where_the_gate_is_to_be_had_depends_on_where_the_action_is(clone: Observed) -> None:
    def fix(seen: Observed) -> str:
        return next(each.fix for each in doctor.examine(seen) if each.check == "gate")

    nothing = replace(clone, workflows=())
    assert fix(replace(nothing, action=True)).startswith("Take .github/workflows/gate.yml of preflight, ")
    elsewhere = fix(nothing)
    assert "on: [pull_request, merge_group]; permissions: {contents: read};" in elsewhere
    assert "uses: OWNER/preflight@COMMIT, all 40 digits of each." in elsewhere
    ours = replace(clone, workflows=(workflow(GATE.replace("./action", "./")),))
    assert wrong(replace(ours, action=True)) == []
    assert wrong(ours) == [
        ("gate", "problem", "the gate uses ./, and there is no action.yml at the top of this repository")
    ]


def test_a_gate_of_another_name_is_known_by_what_it_runs(clone: Observed) -> None:
    assert wrong(replace(clone, workflows=(workflow(GATE, ".github/workflows/vendors.yml"),))) == []


@pytest.mark.parametrize(
    "document",
    [None, [], "x", 1, {"on": 1}, {"on": [1, {}]}, {"on": {"pull_request": [1]}, "jobs": [1]},
     {"jobs": {"a": 1, "b": {"steps": 1}, "c": {"steps": [1, {"uses": 1, "run": []}], "permissions": 1, "if": {}}}}],
    ids=str,
)  # fmt: skip
def test_a_workflow_of_any_shape_is_no_defect(clone: Observed, document: Any) -> None:
    found = doctor.examine(replace(clone, workflows=(Workflow(".github/workflows/gate.yml", document),)))
    assert any(each.check == "gate" and each.outcome is Outcome.PROBLEM for each in found)


def test_a_workflow_that_cannot_be_read_is_told(clone: Observed) -> None:
    broken = Workflow(".github/workflows/x.yml", None, error="an anchor stands here", line=3)
    assert wrong(replace(clone, workflows=(workflow(GATE), broken))) == [
        ("workflows", "problem", "cannot be read: an anchor stands here")
    ]


# ---- Server -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hook", "outcome", "said"),
    [
        (None, "problem", "there is no hooks/pre-receive: whoever may push may push anything"),
        (Hook(HOOK, executable=False), "problem", "hooks/pre-receive is not executable"),
        (Hook("#!/bin/sh\n# exec preflight hook pre-receive\nexit 0\n", executable=True), "problem",
         "hooks/pre-receive does not call preflight"),
        (Hook("#!/bin/sh\npreflight hook pre-receive || true\n", executable=True), "problem",
         "hooks/pre-receive takes no notice of what preflight says"),
        (Hook("#!/bin/sh\npreflight hook pre-receive\nlogger done\n", executable=True), "advice",
         "hooks/pre-receive goes on after preflight"),
        (Hook("#!/bin/sh\nexec preflight hook pre-receive --branch=live\n", executable=True), "problem",
         "the hook guards live, and the branch that everybody gets is main"),
    ],
)  # fmt: skip
def test_a_hook_that_holds_nothing_back_is_told(server: Observed, hook: Hook | None, outcome: str, said: str) -> None:
    [found] = wrong(with_git(server, pre_receive=hook))
    assert found[:2] == ("pre-receive", outcome)
    assert found[2].startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\nset -eu\npreflight hook pre-receive\nlogger done\n",
        "#!/bin/sh\npreflight --root . \\\n  hook pre-receive --branch 'main' || exit 1\nlogger done\n",
        '#!/bin/sh\nexec preflight hook pre-receive --branch "$BRANCH"\n',
    ],
)
def test_a_hook_that_calls_preflight_in_its_own_way_is_good(server: Observed, text: str) -> None:
    assert wrong(with_git(server, pre_receive=Hook(text, executable=True))) == []


def test_a_hook_that_is_a_program_cannot_be_looked_into(server: Observed) -> None:
    found = doctor.examine(with_git(server, pre_receive=Hook(None, executable=True)))
    assert [each.outcome for each in found if each.check == "pre-receive"] == [Outcome.CANNOT_TELL]


def test_what_a_server_takes_in_unseen_is_told(server: Observed) -> None:
    said = wrong(with_git(server, settings={"transfer.fsckobjects": "false"}))
    assert [found[:2] for found in said] == [("server", "problem"), ("server", "advice"), ("server", "advice")]
    assert said[0][2] == "receive.fsckObjects is not set here: objects that are broken on purpose are taken in"
    assert wrong(with_git(server, settings={"transfer.fsckobjects": "Yes"}))[0][1] == "advice"


# ---- As it is shown -----------------------------------------------------------------------------

SHOWN = [
    Finding("shallow", Outcome.PROBLEM, "\x1b[31mcut\n::error::", "Do ##[x].", "a\u202eb.yaml", 3),
    Finding("head", Outcome.OK, "HEAD is main"),
]


def test_the_table_says_what_is_wrong_first_and_does_nothing_to_a_terminal() -> None:
    assert listing.table(SHOWN, TODAY) == (
        "Problems (1)\n"
        "  shallow  a\\u{202e}b.yaml:3  \\u{1b}[31mcut\\u{a}::error::\n"
        "    → Do ##\\u{5b}x].\n"
        "\n"
        "In order (1)\n"
        "  head  HEAD is main\n"
        "\n"
        "1 problem, 0 advice, 0 not to be seen from here, 1 in order, as of 2026-11-22\n"
    )
    assert max(map(len, listing.table(SHOWN * 5, TODAY, 60).splitlines())) <= 80


def test_json_is_what_its_schema_says(clone: Observed, server: Observed) -> None:
    shape = Shape(json.loads((ROOT / "schemas" / "doctor.schema.json").read_text("utf-8")), "doctor")
    for found in (SHOWN, doctor.examine(clone), doctor.examine(server)):
        text = listing.as_json(found, TODAY)
        assert shape.problems(json.loads(text)) == ()
        assert "\x1b" not in text
        assert "##[" not in text


def test_every_check_is_listed_once() -> None:
    assert len(set(doctor.CHECKS)) == len(doctor.CHECKS)
    named = {f"{check.__module__}.{check.__name__}" for check in doctor.CHECKS}
    groups = {path.stem for path in (ROOT / "tool/preflight/doctor").glob("*.py")} - {"__init__", "observed", "listing"}
    assert {name.split(".")[-2] for name in named} == groups
