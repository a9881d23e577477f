"""Play a month of work on a registry of one's own. Usage: python tool/demo/play.py [FOLDER].

Builds a bare repository with the gate as its pre-receive hook, makes keys, and plays what happens in a month: a
proposal, a red flag, a signature, a raise, a waiver that ends, and an attempt on the rules. Everything is real: git,
the hook, the keys, the commands. What should be refused and is not, or the other way round, ends it with exit code 1.

It plays on fixed days, which the commands are told with --as-of: the same play, whenever somebody plays it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PREFLIGHT = Path(sys.executable).parent / "preflight"
VENDOR = "foghorn-sms"
NAMESPACES = "preflight-decision@v1,preflight-policy@v1"
# Who gets a key: who signs for Finance, two owners of the policies, and one who should not have one.
SIGNERS = ("gareth-whitlock", "noor-haddad", "ruben-castellanos")
MALLORY = "viktor-salonen"
OUTSIDE = "barnacle-chat"  # the vendor that goes past the gate
UNASKED = (
    "  proposed_on:",
    "  it_involved_on:",
    "  approved_on:",
    "    - {standard:",
    "# The vendor of the demo",
    "#\n",
)
FIRST, LAST = "2026-11-23", "2026-12-22"
WIDTH = 100
MOST_LINES, LAST_LINES = 30, 5  # of what a command says, and of its end


class Surprise(Exception):  # noqa: N818 - it is the play that went wrong, not the program
    """Something went another way than it should."""


@dataclass
class Stage:
    """The folder of the play: a bare repository, a clone for each person, their keys, and the day."""

    root: Path
    today: str = ""
    people: set[str] = field(default_factory=set)

    @property
    def server(self) -> Path:
        """The bare repository."""
        return self.root / "registry.git"

    def run(self, *command: str | Path, at: Path, person: str = "elise-fontaine") -> tuple[int, str]:
        """Run a command as somebody, on the day of the play; return exit code and what it said."""
        stamp = f"{self.today}T09:00:00Z"
        name = person.replace("-", " ").title()
        mail = f"{person.replace('-', '.')}@harbourline.example"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        who = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": stamp}
        who |= {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail, "GIT_COMMITTER_DATE": stamp}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1", "COLUMNS": str(WIDTH)}
        done = subprocess.run(  # noqa: S603 - our own commands
            [str(part) for part in command],
            cwd=at,
            env={**clean, **who, **alone},
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def must(self, *command: str | Path, at: Path, person: str = "elise-fontaine") -> str:
        """Run what cannot fail."""
        code, said = self.run(*command, at=at, person=person)
        if code:
            message = f"{shlex.join(str(part) for part in command)}\n{said}"
            raise Surprise(message)
        return said

    def clone(self, person: str) -> Path:
        """Return the clone of a person, as new as the server."""
        place = self.root / "clones" / person
        if person not in self.people:
            self.must("git", "clone", "-q", self.server, place, at=self.root)
            self.people.add(person)
        self.must("git", "fetch", "-q", "origin", at=place)
        self.must("git", "reset", "-q", "--hard", "origin/main", at=place)
        self.must("git", "clean", "-qfd", at=place)
        return place

    def key(self, person: str) -> Path:
        """Return the private key of a person."""
        return self.root / "keys" / person

    def preflight(self, *arguments: str | Path, at: Path, person: str = "elise-fontaine") -> tuple[int, str]:
        """Run preflight on the day of the play."""
        return self.run(PREFLIGHT, "--as-of", self.today, *arguments, at=at, person=person)

    def typed(self, *arguments: str | Path) -> str:
        """Return the line with which somebody runs preflight on that day."""
        return shlex.join(["preflight", "--as-of", self.today, *(str(part) for part in arguments)])


# ---- Told -----------------------------------------------------------------------------------------


def tell(text: str) -> None:
    """Print a paragraph."""
    print(textwrap.fill(text, WIDTH), flush=True)


def day(stage: Stage, on: str, title: str) -> None:
    """Begin a day."""
    stage.today = on
    (stage.root / "today").write_text(on, "utf-8")
    print(f"\n━━ {on}  {title}")


def show(command: str, said: str) -> None:
    """Print a command and what it said."""
    print(f"\n  $ {command}")
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:  # the beginning, and what it comes to
        cut = len(lines) - MOST_LINES
        lines = [*lines[: MOST_LINES - LAST_LINES], f"… {cut} lines left out", *lines[-LAST_LINES:]]
    for line in lines:
        print(f"  │ {line}")
    print(flush=True)


def commit(stage: Stage, place: Path, message: str, person: str, *, amend: bool = False) -> None:
    """Commit all there is; ``amend``: into the last commit, which nobody has taken yet."""
    stage.must("git", "add", "--all", at=place)
    more = ["--amend"] if amend else []
    stage.must("git", "commit", "-q", *more, "-m", message, at=place, person=person)


def push(stage: Stage, place: Path, person: str, *, refused: str = "") -> None:
    """Push to main; ``refused``: what the server has to say, where it has to refuse."""
    code, said = stage.run("git", "push", "-q", "origin", "HEAD:main", at=place, person=person)
    show("git push origin main", said or "(accepted)")
    if refused and (code == 0 or refused not in said):
        message = f"this should have been refused because of {refused!r}"
        raise Surprise(message)
    if not refused and code:
        message = "this should have been accepted"
        raise Surprise(message)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands there once."""
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        message = f"{old!r} stands {text.count(old)} times in {path}"
        raise Surprise(message)
    path.write_text(text.replace(old, new), "utf-8")


def decide(stage: Stage, person: str, *arguments: str, at: Path) -> None:
    """Let somebody decide, with their key."""
    code, said = stage.preflight(*arguments, "--by", person, "--key", stage.key(person), "--yes", at=at, person=person)
    show(stage.typed(*arguments, "--by", person), said if code else _gist(said))
    if code:
        message = f"{arguments[0]} should have gone through"
        raise Surprise(message)


def _gist(said: str) -> str:
    """Return of what a decision shows what is signed, and where it went; the whole page is for who signs."""
    lines = said.splitlines()
    first = lines.index("What is signed") if "What is signed" in lines else 0
    text = lines.index("The text itself") if "The text itself" in lines else len(lines)
    signed = next((index for index, line in enumerate(lines) if line.startswith("Signed by ")), text)
    return "\n".join(["…", *lines[first:text], "…", *lines[signed : signed + 3]])


# ---- The play -------------------------------------------------------------------------------------


def hook(stage: Stage, today: str) -> None:
    """Write the hook of the server. A real one has no --as-of: its day is the one on the wall."""
    path = stage.server / "hooks" / "pre-receive"
    line = f'exec {shlex.quote(str(PREFLIGHT))} --as-of "$({today})" hook pre-receive'
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)


def build(stage: Stage) -> None:
    """Make the server, its hook, the keys and the first commit."""
    day(stage, FIRST, "A registry, a server, a gate")
    (stage.root / "keys").mkdir(parents=True)
    for person in (*SIGNERS, MALLORY):
        stage.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", stage.key(person), at=stage.root)
    stage.must("git", "init", "-q", "--bare", "-b", "main", stage.server, at=stage.root)
    for name, value in {
        "transfer.fsckObjects": "true",
        "receive.denyDeletes": "true",
        "receive.denyNonFastForwards": "true",
    }.items():
        stage.must("git", "config", name, value, at=stage.server)
    hook(stage, f"cat {shlex.quote(str(stage.root / 'today'))}")
    place = stage.root / "clones" / "elise-fontaine"
    stage.preflight("init", "--sample", place, at=stage.root)
    stage.must("git", "init", "-q", "-b", "main", at=place)
    stage.must("git", "remote", "add", "origin", stage.server, at=place)
    with (place / "policies" / "allowed_signers").open("a", encoding="utf-8") as signers:
        for person in SIGNERS:
            kind, key, _ = stage.key(person).with_suffix(".pub").read_text("utf-8").split()
            # By the id, which is what a statement says in "by": so ssh-keygen finds the key by that name.
            signers.write(f'{person} namespaces="{NAMESPACES}" {kind} {key}\n')
    stage.people.add("elise-fontaine")
    tell(
        "Harbourline, an invented company, has 24 vendors. A bare repository holds them, with preflight as pre-receive "
        "hook. Four people may sign: Gareth for Finance, Helene as executive sponsor, and Noor and Ruben, who own the "
        "policies. Each has a key with which the decisions of the past were signed. Gareth, Noor and Ruben get a "
        "second one for this play, so that policies/allowed_signers holds seven keys of four people."
    )
    commit(stage, place, "Start the registry", "elise-fontaine")
    push(stage, place, "elise-fontaine")


def good_proposal(stage: Stage) -> None:
    """Propose with everything in place."""
    tell("Tomas wants text messages. Foghorn's record answers what the checklist asks, so the proposal goes through.")
    place = stage.clone("tomas-hedlund")
    text = (HERE / f"{VENDOR}.yaml").read_text("utf-8").replace("../../schemas/", "../schemas/")
    (place / "vendors" / f"{VENDOR}.yaml").write_text(text, "utf-8")
    commit(stage, place, "Propose Foghorn SMS", "tomas-hedlund")
    push(stage, place, "tomas-hedlund")


def red_flag(stage: Stage) -> None:
    """Put a certificate in that ran out."""
    day(stage, "2026-11-25", "A red flag")
    tell("Somebody enters a certificate that ran out. The server says what blocks, where, and how to fix it.")
    place = stage.clone("tomas-hedlund")
    edit(place / "vendors" / f"{VENDOR}.yaml", "valid_until: 2027-02-09", "valid_until: 2026-10-31")
    commit(stage, place, "Update the certificate", "tomas-hedlund")
    push(stage, place, "tomas-hedlund", refused="security/certifications-not-expired")


def approval(stage: Stage) -> None:
    """Push without the signature, then with it."""
    day(stage, "2026-11-30", "The signature of the CFO")
    tell("The committee says yes. Foghorn costs 60,000 EUR a year, and from 50,000 on the CFO has to sign. He has not.")
    place = stage.clone("tomas-hedlund")
    record = place / "vendors" / f"{VENDOR}.yaml"
    edit(record, "  status: proposed\n", "  status: approved\n  approved_on: 2026-11-30\n")
    edit(record, "dpa: {signed: false}", "dpa: {signed: true, date: 2026-11-27}")
    with record.open("a", encoding="utf-8") as file:
        file.write(
            "approvals:\n"
            "  - {role: marketing-operations-lead, by: sanne-devries, date: 2026-11-27}\n"
            "  - {role: it-owner, by: lena-brandt, date: 2026-11-27}\n"
            "  - {role: security-reviewer, by: noor-haddad, date: 2026-11-26}\n"
        )
    commit(stage, place, "Approve Foghorn SMS", "tomas-hedlund")
    push(stage, place, "tomas-hedlund", refused="Chief Financial Officer")
    tell(
        "Gareth reads one page and signs it, up to 75,000 EUR a year. His key never leaves his machine, and anybody "
        "may push what he signed."
    )
    decide(stage, "gareth-whitlock", "approve", VENDOR, "--role", "cfo", "--annual-cost", "75000", at=place)
    commit(stage, place, "Approve Foghorn SMS, signed by the CFO", "tomas-hedlund", amend=True)
    push(stage, place, "tomas-hedlund")


def raised(stage: Stage) -> None:
    """Raise the price beyond what was signed."""
    day(stage, "2026-12-04", "A raise")
    tell("The price becomes 90,000 EUR. Nobody touches the signature, but it does not reach that far.")
    place = stage.clone("tomas-hedlund")
    record = place / "vendors" / f"{VENDOR}.yaml"
    text = record.read_text("utf-8")
    record.write_text(text.replace("amount: 60000", "amount: 90000"), "utf-8")
    commit(stage, place, "New price list", "tomas-hedlund")
    push(stage, place, "tomas-hedlund", refused="up to 75,000 EUR")


def waived(stage: Stage) -> None:
    """Let a finding stand for a while."""
    day(stage, "2026-12-07", "A waiver")
    tell(
        "Foghorn takes its single sign-on out until a release. Noor does not own the vendor, and may waive rules of "
        "security: for six days, for this field, as it is now."
    )
    place = stage.clone("tomas-hedlund")
    edit(place / "vendors" / f"{VENDOR}.yaml", "sso: [saml]", "sso: []")
    rule = "security/single-sign-on"
    end = "2026-12-13"
    why = "SAML is switched on with the release of 12 December"
    decide(
        stage,
        "noor-haddad",
        "waive",
        VENDOR,
        rule,
        "--role",
        "security-reviewer",
        "--until",
        end,
        "--reason",
        why,
        at=place,
    )
    commit(stage, place, "No single sign-on until the release; waived by Security", "tomas-hedlund")
    push(stage, place, "tomas-hedlund")
    day(stage, "2026-12-14", "The waiver has ended")
    tell("Single sign-on is still not there. Whoever touches Foghorn now meets the red flag again.")
    place = stage.clone("tomas-hedlund")
    edit(place / "vendors" / f"{VENDOR}.yaml", "appointments, offers.", "appointments and offers.")
    commit(stage, place, "A better summary", "tomas-hedlund")
    push(stage, place, "tomas-hedlund", refused=rule)


def attack(stage: Stage) -> None:
    """Let somebody who left try to get his way."""
    day(stage, "2026-12-16", "Viktor wants his vendor")
    tell("Viktor left in June, and his account still works. First he raises the limit from which Finance has to sign.")
    place = stage.clone(MALLORY)
    edit(place / "policies" / "approvals.yaml", "annual_cost_from: 50000", "annual_cost_from: 500000")
    commit(stage, place, "Tidy up", MALLORY)
    push(stage, place, MALLORY, refused="change/policy")
    tell("Then he signs in Gareth's name, with his own key, which he adds to the list of keys in the same push.")
    place = stage.clone(MALLORY)
    kind, key, _ = stage.key(MALLORY).with_suffix(".pub").read_text("utf-8").split()
    signers = place / "policies" / "allowed_signers"
    before = signers.read_text("utf-8")
    signers.write_text(f"{before}gareth-whitlock {kind} {key}\n", "utf-8")
    edit(place / "vendors" / f"{VENDOR}.yaml", "minimum: {amount: 60000", "minimum: {amount: 160000")
    arguments = ("approve", VENDOR, "--role", "cfo", "--by", "gareth-whitlock", "--annual-cost", "170000")
    stage.preflight(*arguments, "--key", stage.key(MALLORY), "--yes", at=place, person=MALLORY)
    commit(stage, place, "The CFO signed the new price", MALLORY)
    push(stage, place, MALLORY, refused="decision/key")
    tell("Then he takes the decision out that stands in his way.")
    place = stage.clone(MALLORY)
    for path in (place / "vendors" / "decisions" / VENDOR).iterdir():
        path.unlink()
    commit(stage, place, "Clean up", MALLORY)
    push(stage, place, MALLORY, refused="decision/append-only")


def amended(stage: Stage) -> None:
    """Change the rules as those who own them."""
    day(stage, "2026-12-18", "A change of the rules")
    tell(
        "Noor and Ruben want Finance to sign from 45,000 EUR on. Every vendor is judged by the new rules, too, and "
        "Trident would be left without a signature that it needs then."
    )
    place = stage.clone("noor-haddad")
    policy = place / "policies" / "approvals.yaml"
    edit(policy, "annual_cost_from: 50000", "annual_cost_from: 45000")
    commit(stage, place, "Finance signs from 45,000 EUR on", "noor-haddad")
    push(stage, place, "noor-haddad", refused="trident-experiments.yaml")
    tell("So they take 48,000 for now. Both sign just this change, and it goes through.")
    edit(policy, "annual_cost_from: 45000", "annual_cost_from: 48000")
    for person in ("noor-haddad", "ruben-castellanos"):
        decide(stage, person, "approve", "policies", "--role", "policy-owner", "--base", "origin/main", at=place)
    commit(stage, place, "Finance signs from 48,000 EUR on, signed by both owners", "noor-haddad", amend=True)
    push(stage, place, "noor-haddad")


def past_the_gate(stage: Stage) -> None:
    """Switch the hook off for a minute, as somebody who runs the server can."""
    day(stage, "2026-12-19", "Past the gate")
    tell(
        "Yusuf looks after the server. As a favour he switches the hook off for a minute and pushes Barnacle Chat, "
        "which is in use already: no proposal, no certificate, no review, nobody who agreed."
    )
    place = stage.clone("yusuf-demir")
    text = (place / "vendors" / f"{VENDOR}.yaml").read_text("utf-8")
    (place / "vendors" / f"{OUTSIDE}.yaml").write_text(_unasked(text), "utf-8")
    commit(stage, place, "Barnacle Chat", "yusuf-demir")
    gate = stage.server / "hooks" / "pre-receive"
    gate.chmod(0o644)
    push(stage, place, "yusuf-demir")
    gate.chmod(0o755)


def _unasked(foghorn: str) -> str:
    """Return the record of a vendor that nobody was asked about: Foghorn's, under another name, without all that."""
    text = foghorn.replace("Foghorn SMS", "Barnacle Chat").replace(VENDOR, OUTSIDE)
    text = (
        text.replace("Foghorn", "Barnacle").replace("foghorn", "barnacle").replace("status: approved", "status: live")
    )
    text = text.partition("\nreviews:")[0] + "\nreviews: []\nincidents: []\n"  # the approvals came behind them
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(UNASKED)]
    return "".join(lines).replace("  certifications:\n", "  certifications: []\n")


def audit(stage: Stage) -> None:
    """Ask what an auditor asks."""
    day(stage, "2026-12-21", "The auditor")
    tell("The auditor trusts nobody's word. Every commit is judged again, by the rules that were in force before it.")
    place = stage.clone("elise-fontaine")
    code, said = stage.preflight("audit", "replay", at=place)
    show(stage.typed("audit", "replay"), said)
    if code != 1 or "Barnacle Chat" not in said:
        message = "the replay should have found Barnacle Chat"
        raise Surprise(message)
    tell("Who approved Foghorn, when, on what evidence, under which rules?")
    _, said = stage.preflight("audit", "who", VENDOR, at=place)
    show(stage.typed("audit", "who", VENDOR), said)
    tell("And will the history still be this one next year? The auditor takes a checkpoint home.")
    checkpoint = stage.root / "checkpoint.json"
    made = stage.preflight("audit", "checkpoint", checkpoint, at=place)[1]
    show(stage.typed("audit", "checkpoint", checkpoint), made)
    tell("In a copy of the repository, somebody takes Barnacle out of the history, as if it had never been there.")
    copy = stage.root / "clones" / "rewritten"
    stage.must("git", "clone", "-q", stage.server, copy, at=stage.root)
    stage.must("git", "reset", "-q", "--hard", "HEAD~1", at=copy)
    code, said = stage.preflight("audit", "verify", checkpoint, at=copy)
    show(stage.typed("audit", "verify", checkpoint), said)
    if code != 1:
        message = "a rewritten history should not verify"
        raise Surprise(message)


def epilogue(stage: Stage) -> None:
    """Show what is left to look at."""
    day(stage, LAST, "Who decided what")
    place = stage.clone("elise-fontaine")
    show(stage.typed("decisions", VENDOR), stage.preflight("decisions", VENDOR, at=place)[1])
    # From here on somebody else pushes, whose commits say what day it is for them.
    hook(stage, f"{{ cat {shlex.quote(str(stage.root / 'today'))}; echo; date -u +%F; }} | sort | tail -n 1")
    tell(
        f"The repository is in {stage.server}, a clone in {place}. Look around, and try to get something past it. Give "
        f"each command of preflight the day, --as-of {LAST}:"
    )
    program = shlex.quote(str(PREFLIGHT))
    print(f"\n  cd {shlex.quote(str(place))}\n  {program} --as-of {stage.today} explain {VENDOR} --for approver\n")


def main(arguments: list[str]) -> int:
    """Play it in a folder that is given, or a new temporary one."""
    root = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp(prefix="preflight-demo-"))
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()):
        print(f"{root} is not empty; name another folder", file=sys.stderr)
        return 2
    stage = Stage(root.resolve())
    tell(
        f"This plays on days of its own, from {FIRST} to {LAST}, whenever you play it. So every command of preflight "
        "that you see here, or try out afterwards, names its day with --as-of. Without it preflight takes the day on "
        "the wall, and says of what was decided on a later one that it is not in force yet."
    )
    try:
        for act in (
            build,
            good_proposal,
            red_flag,
            approval,
            raised,
            waived,
            attack,
            amended,
            past_the_gate,
            audit,
            epilogue,
        ):
            act(stage)
    except Surprise as surprise:
        print(f"\nThe play did not go as it should: {surprise}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
