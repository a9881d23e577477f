"""A small registry with real rules, keys and history, the server that guards it, and what an attacker does to both."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight import fingerprints
from preflight.commands.session import Session
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.amendment import digest
from preflight.decisions.statement import Statement
from preflight.model import Level, Outcome
from preflight.shell import trust_root
from preflight.shell.git import GitTree
from preflight.shell.registry import layout
from ready import ASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from signing import Keys

ROOT = Path(__file__).parents[2]
TODAY = "2026-12-22"
OF_LATE = date(2026, 12, 10)  # changes of the policies are signed within two weeks
VENDOR, RECORD = "foghorn-sms", "vendors/foghorn-sms.yaml"  # approved at 60,000 EUR a year; the CFO signed up to 66,000
SMALL = "vendors/trident-experiments.yaml"  # live, below every limit
REGISTRY = "harbourline-9c1f27d04b6e"
CFO, CFO_MAIL = "gareth-whitlock", "gareth.whitlock@harbourline.example"
OWNERS = ("noor-haddad", "ruben-castellanos")
SIGN_ON = "security/single-sign-on"
MALLORY = "tomas-hedlund"  # may push, and owns the vendor
RULES = (
    "contract/amounts-convertible",
    "contract/contracted-until-left",
    "contract/days-in-order",
    "contract/nothing-bought-when-over",
    "contract/old-terms-not-extended",
    "contract/payments-entered-in-time",
    "contract/purchases-entered-in-time",
    "contract/purchases-kept",
    "contract/recurring-entered-in-time",
    "contract/seller-kept",
    "contract/seller-known",
    "contract/subscriptions-contracted",
    "lifecycle/approval-dated-truly",
    "lifecycle/begins-at-the-beginning",
    "lifecycle/category-kept",
    "lifecycle/days-kept",
    "lifecycle/demands-met",
    "lifecycle/end-dated-truly",
    "lifecycle/id-not-reused",
    "lifecycle/nothing-before-approval",
    "lifecycle/nothing-depends-on-the-retired",
    "lifecycle/over-is-over",
    "lifecycle/proposal-dated-truly",
    "lifecycle/proposer-kept",
    "lifecycle/rejected-before-it-was-bought",
    "lifecycle/transition-allowed",
    "risk/approved-by-the-roles",
    "risk/no-split-purchase",
    "security/certifications-kept",
    "security/certifications-not-expired",
    "security/single-sign-on",
)
# Two seconds of processor and half a gibibyte of memory, held by the kernel and not by a clock.
LIMITS = "ulimit -t 2 && ulimit -v 524288"
SCREEN = 25  # lines
HANGS = 60  # seconds by the clock, after which a command is taken to wait for something that never comes
WITHIN = ("sh", "-c", f'{LIMITS} && exec "$@"', "sh")
PREFLIGHT = (*ASK, "--as-of", TODAY)
FOR = {"Vendor": "Foghorn SMS", "Category": "sms-messaging", "Company": "Foghorn Messaging GmbH", "Country": "DE"}
APPROVALS = """approvals:
  - {role: marketing-operations-lead, by: sanne-devries, date: 2026-11-27}
  - {role: it-owner, by: lena-brandt, date: 2026-11-27}
  - {role: security-reviewer, by: noor-haddad, date: 2026-11-26}
"""


@dataclass(frozen=True)
class Said:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The verdicts of a check in JSON."""
        assert self.out, self.err
        found: list[dict[str, Any]] = json.loads(self.out)["verdicts"]
        return found

    @property
    def red(self) -> list[tuple[str, str, int]]:
        """Rule, path and line of what blocks."""
        return [
            (each["rule"], each["path"], each["line"])
            for each in self.verdicts
            if (each["level"], each["outcome"]) == ("red-flag", "fail")
        ]

    def of(self, rule: str) -> list[str]:
        """What a rule says that blocks."""
        return [each["message"] for each in self.verdicts if each["rule"] == rule and each["level"] == "red-flag"]


@dataclass
class Ground:
    """A clone, and the bare repository that it pushes to."""

    folder: Path
    keys: Keys = field(repr=False)
    clock: int = 0
    within: Sequence[str] = WITHIN  # what holds a command to its limits

    @property
    def root(self) -> Path:
        return self.folder / "clone"

    @property
    def server(self) -> Path:
        return self.folder / "server.git"

    def copy(self, to: Path) -> Ground:
        """Return the same in another folder."""
        shutil.copytree(self.folder, to, symlinks=True)
        return Ground(to, self.keys)

    # ---- Files

    def write(self, path: str, data: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def edit(self, path: str, *pairs: tuple[str, str]) -> None:
        text = self.read(path)
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        self.write(path, text)

    def line(self, text: str, path: str = RECORD) -> int:
        """Return the line in which a text begins."""
        before, found, _ = self.read(path).partition(text)
        assert found, text
        return 1 + before.count("\n")

    def raise_cost(self, amount: int = 500_000) -> None:
        """Make the vendor cost what nobody signed for."""
        self.edit(RECORD, ("amount: 60000", f"amount: {amount}"))

    def add(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            self.write(path, data)

    # ---- Decisions

    def decide(self, by: str, *, which: str = "", namespace: str | None = None, **changes: Any) -> Statement:
        """Have somebody sign a decision, and put it where it belongs."""
        said = statement(by=by, **changes)
        self.add(self.keys(by, which=which).files(said, namespace))
        return said

    def state(self, revision: str) -> str:
        tree = GitTree(self.root, revision)
        return digest(trust_root.listing(tree, layout(tree)))

    def amend(self, base: str = "origin/main", people: Sequence[str] = OWNERS, **changes: Any) -> None:
        """Have the owners sign the change of the policies from ``base`` to what is committed, and commit it."""
        for number, person in enumerate(people):
            ways = {
                "amends": self.state(base),
                "into": self.state("HEAD"),
                "nonce": f"{number}{self.clock:07}{'a' * 8}",
            }
            plain: dict[str, Any] = {"kind": "amend", "vendor": "policies", "role": "policy-owner", "bounds": {}}
            self.decide(person, **{**plain, **ways, "decided_on": OF_LATE, **changes})
        self.commit("Signed by the owners")

    # ---- History

    def git(
        self, *arguments: str | Path, by: str = MALLORY, day: str = TODAY, at: Path | None = None, given: bytes = b""
    ) -> str:
        """Run git as somebody, on some day; it has to succeed."""
        done = self.tried(*arguments, by=by, day=day, at=at, given=given)
        assert done.code == 0, done.err
        return done.out

    def tried(
        self, *arguments: str | Path, by: str = MALLORY, day: str = TODAY, at: Path | None = None, given: bytes = b""
    ) -> Said:
        """Run git as somebody, on some day."""
        self.clock += 1
        stamp = f"{day}T12:{self.clock // 60 % 60:02}:{self.clock % 60:02}Z" if day[0] != "@" else day
        mail = by if "@" in by else f"{by.replace('-', '.')}@harbourline.example"
        names = {"GIT_AUTHOR_NAME": by, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": stamp}
        names |= {"GIT_COMMITTER_NAME": by, "GIT_COMMITTER_EMAIL": mail, "GIT_COMMITTER_DATE": stamp}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return self._run(["git", *arguments], at or self.root, {**names, **alone}, given)

    def commit(self, message: str = "Tidy up", by: str = MALLORY, day: str = TODAY) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, by=by, day=day)
        return self.tip()

    def tip(self, revision: str = "HEAD") -> str:
        return self.git("rev-parse", revision).strip()

    def tree(self, rows: Mapping[str, tuple[str, str]], revision: str = "HEAD") -> str:
        """Return the tree of a commit with other rows in its folder vendors/: name → mode and object."""
        listed = dict(_rows(self.git("ls-tree", "-z", f"{revision}:vendors")))
        vendors = self.mktree({**listed, **rows})
        top = dict(_rows(self.git("ls-tree", "-z", revision)))
        return self.mktree({**top, "vendors": ("040000", vendors)})

    def mktree(self, rows: Mapping[str, tuple[str, str]]) -> str:
        kinds = {"040000": "tree", "160000": "commit"}
        lines = [f"{mode} {kinds.get(mode, 'blob')} {name}\t{path}" for path, (mode, name) in rows.items()]
        given = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
        return self.git("mktree", "-z", "--missing", given=given).strip()

    def blob(self, data: str | bytes) -> str:
        given = data.encode() if isinstance(data, str) else data
        return self.git("hash-object", "-w", "--stdin", given=given).strip()

    def grow(self, tree: str, *parents: str, by: str = MALLORY, day: str = TODAY) -> str:
        """Commit a tree with those parents, and return the commit."""
        options = [part for parent in parents for part in ("-p", parent)]
        return self.git("commit-tree", tree, *options, "-m", "Tidy up", by=by, day=day).strip()

    # ---- The gate

    def check(self, head: str = "HEAD", base: str = "origin/main", *more: str, at: Path | None = None) -> Said:
        """Run the gate within its limits, with the findings as JSON."""
        formats = more or ("--format", "json")
        command = [*self.within, *PREFLIGHT, "--root", str(at or self.root), "check", "--base", base, "--head", head]
        return self._run([*command, *formats], self.folder, {})

    def preflight(self, *arguments: str) -> Said:
        """Run another command within the same limits."""
        return self._run([*self.within, *PREFLIGHT, "--root", str(self.root), *arguments], self.folder, {})

    def push(self, *refs: str, by: str = "", options: Sequence[str] = ()) -> Said:
        """Push, as the person whom the server knows as ``by``. What is refused leaves the server as it was."""
        arguments = ["git", "push", "--quiet", *options, "origin", *(refs or ("HEAD:main",))]
        return self._run(arguments, self.root, {"GL_USER": by} if by else {})

    def main(self) -> str:
        """The commit that main is on the server."""
        return self.git("rev-parse", "main", at=self.server).strip()

    def refused(self, *refs: str, by: str = "", options: Sequence[str] = (), by_git: bool = False) -> str:
        """Push what the server has to refuse, and return what it said. Its refs are as they were.

        It says so on one screen, with a way out; unless git refuses what it was told to check, before the gate is run.
        """
        before = self.git("for-each-ref", at=self.server)
        done = self.push(*refs, by=by, options=options)
        assert done.code != 0, "this was taken, and had to be refused"
        assert self.git("for-each-ref", at=self.server) == before
        told = [each.removeprefix("remote:").strip() for each in done.err.splitlines() if each.startswith("remote:")]
        assert any(each.startswith("REFUSED: ") for each in told) is not by_git, done.err
        assert by_git or any(each.startswith("→ ") for each in told), done.err
        assert len(told) < SCREEN, done.err
        lines = [each.removeprefix("remote:").strip() for each in done.err.splitlines()]
        assert not any(each.startswith("Traceback") for each in lines), done.err
        return " ".join(lines)

    def slip_in(self, message: str, day: str = TODAY) -> None:
        """Commit, and get it into main without asking the gate."""
        self.commit(message, day=day)
        self.git("fetch", "--quiet", "../clone", "HEAD:main", at=self.server)
        self.git("fetch", "--quiet", "origin")

    def taken(self, *refs: str, by: str = "", stands: Collection[str] = ()) -> None:
        """Push what the server takes. Main has no red flag by it that it did not have, but for what is to stand."""
        before = self.main()
        done = self.push(*refs, by=by)
        assert done.code == 0, done.err
        self.git("fetch", "--quiet", "origin")
        if red := self._red("origin/main"):
            red -= self._red(before)
        gained = {rule for _, rule in red}
        assert gained == {*stands}, gained

    def _red(self, revision: str) -> set[tuple[str, str]]:
        """Return vendor and rule of the red flags of a commit, by its own rules."""
        session = Session(self.root, date.fromisoformat(TODAY), revision, quiet=True)
        told = [verdict for each in session.judge(session.entries) for verdict in each.verdicts]
        return {
            (each.vendor, each.rule) for each in told if each.level is Level.RED_FLAG and each.outcome is Outcome.FAIL
        }

    def _run(self, command: Sequence[str | Path], at: Path, more: Mapping[str, str], given: bytes = b"") -> Said:
        done = subprocess.run(
            [str(each) for each in command],
            cwd=at,
            env={**os.environ, "NO_COLOR": "1", **more},
            input=given,
            capture_output=True,
            check=False,
            timeout=HANGS,
        )
        out, err = (each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr))
        return Said(done.returncode, out, err)


def _rows(listed: str) -> list[tuple[str, tuple[str, str]]]:
    rows = []
    for line in filter(None, listed.split("\0")):
        about, _, path = line.partition("\t")
        mode, _, name = about.split()
        rows.append((path, (mode, name)))
    return rows


def squeezed(text: str) -> str:
    """Return a text without blanks: the server breaks its lines, also at hyphens."""
    return "".join(text.split())


def tells(told: str, findings: Iterable[tuple[str, str, int]]) -> bool:
    """Whether the server names one of those findings at its place, and the others too, or how many more there are."""
    text = squeezed(told)
    shown = [
        re.search(re.escape(squeezed(f"{path}:{line}:")) + "[0-9]+" + re.escape(rule), text) is not None
        for rule, path, line in findings
    ]
    return any(shown) and (all(shown) or re.search("…and[0-9]+moreredflags?:preflightcheck", text) is not None)


def statement(**changes: Any) -> Statement:
    """Return the word of the CFO on the vendor, up to 66,000 EUR a year."""
    given: dict[str, Any] = {
        "kind": "approve",
        "repository": REGISTRY,
        "vendor": VENDOR,
        "role": "cfo",
        "by": CFO,
        "decided_on": date(2026, 11, 30),
        "rules": "a" * 40,
        "nonce": "0123456789abcdef",
        "facts": (*FOR.items(), ("Annual cost", "60,000 EUR")),
        "bounds": {"annual_cost": {"amount": 66_000, "currency": "EUR"}},
    }
    return Statement(**{**given, **changes})


def waived(ground: Ground) -> dict[str, Any]:
    """Return a waiver of the sign-on that the working tree tells of."""
    session = Session(ground.root, date(2026, 12, 20), quiet=True)
    rule = session.policy.rule(SIGN_ON)
    assert rule is not None
    record = session.case(session.file(next(each for each in session.entries if each.path == RECORD))).record
    seen = {"rule": SIGN_ON, "pointer": rule.rule.at}
    seen["fingerprint"] = fingerprints.of(session.policy, rule, record, rule.rule.at)
    when = {"decided_on": date(2026, 12, 20), "valid_until": date(2027, 3, 1)}
    return {"kind": "waive", "bounds": {}, "facts": (), "reason": "Comes in March.", "nonce": "e" * 16, **seen, **when}


def build(folder: Path, keys: Keys) -> Ground:
    """Build the registry, its month of history, and the server with the hook."""
    ground = Ground(folder, keys)
    ground.root.mkdir(parents=True)
    shutil.copytree(ROOT / "schemas", ground.root / "schemas")
    shutil.copytree(ROOT / "policies", ground.root / "policies", ignore=lambda *_: ["rules", "allowed_signers"])
    for rule in RULES:
        ground.write(f"policies/rules/{rule}.yaml", (ROOT / f"policies/rules/{rule}.yaml").read_bytes())
    ground.write(SMALL, (ROOT / SMALL).read_bytes())
    decisions, amendments = f'namespaces="{NAMESPACE}"', f'namespaces="{NAMESPACE},{POLICY_NAMESPACE}"'
    lines = [keys(CFO).line(decisions), *(keys(each).line(amendments) for each in OWNERS)]
    ground.write("policies/allowed_signers", "".join(lines))
    ground.git("init", "--quiet", "--initial-branch=main")
    ground.commit("Begin", "elise-fontaine", "2026-11-23")
    proposal = (ROOT / "tool/demo/foghorn-sms.yaml").read_text("utf-8").replace("../../schemas/", "../schemas/")
    ground.write(RECORD, proposal)
    ground.commit("Propose", day="2026-11-24")
    ground.edit(
        RECORD,
        ("  status: proposed\n", "  status: approved\n  approved_on: 2026-11-30\n"),
        ("dpa: {signed: false}", "dpa: {signed: true, date: 2026-11-27}"),
    )
    ground.write(RECORD, ground.read(RECORD) + APPROVALS)
    ground.decide(CFO)
    ground.commit("Approve", day="2026-11-30")
    ground.git("clone", "--quiet", "--bare", ground.root, ground.server, at=folder)
    for name in ("transfer.fsckObjects", "receive.denyDeletes", "receive.denyNonFastForwards"):
        ground.git("config", name, "true", at=ground.server)
    ground.git("remote", "add", "origin", "../server.git")
    ground.git("fetch", "--quiet", "origin")
    hook = ground.server / "hooks" / "pre-receive"
    program = " ".join(PREFLIGHT)
    hook.write_text(f"#!/bin/sh\n{LIMITS} || exit 1\nexec {program} hook pre-receive\n", "utf-8")
    hook.chmod(0o755)
    return ground
