"""Who decides, and with which key: what approve, waive and revoke ask of policies, people and the list of keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from preflight.agreement import holds
from preflight.breaches import did_you_mean
from preflight.commands import proposers
from preflight.deciding import drafts
from preflight.decisions import amendment
from preflight.errors import CannotJudge, UsageError
from preflight.facts import lifecycle
from preflight.shell import decision_files, signing_keys, trust_root
from preflight.shell.git import GitTree
from preflight.staff import login

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from preflight.commands.session import Session
    from preflight.decisions.signers import SignerKey, Signers
    from preflight.engine import Case
    from preflight.model import JsonObject
    from preflight.shell.signing_keys import SigningKey

Command = TypeVar("Command", bound="Callable[..., object]")


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options that all decisions have."""

    role: str
    by: str | None = None
    key: Path | None = None
    prepare: bool = False
    output: Path | None = None
    yes: bool = False
    form: str = "text"


def options(command: Command) -> Command:
    """Give a command the options of ``Wishes``, but for the role."""
    for option in reversed(
        (
            click.option("--by", metavar="PERSON", help="Who decides. Default: whose key it is."),
            click.option(
                "--key",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Key to sign with, or its .pub if the agent holds it. Default: that of git, else of the agent.",
            ),
            click.option("--prepare", is_flag=True, help="Write the statement only, for somebody who signs elsewhere."),
            click.option(
                "--output",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                help="With --prepare: write it there, such as to mail it. Default: among the decisions.",
            ),
            click.option("--yes", is_flag=True, help="Do not ask; for scripts."),
            click.option(
                "--format",
                "form",
                type=click.Choice(["text", "json"]),
                default="text",
                show_default=True,
                help="Output format.",
            ),
        )
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Office:
    """Where it is decided: the registry, its people, keys and roles; as the session's rules have them."""

    session: Session
    registry: str
    policy: JsonObject  # policies/approvals.yaml
    people: Mapping[str, JsonObject]
    signers: Signers

    @classmethod
    def of(cls, session: Session) -> Office:
        """Open it. Raises UsageError or CannotJudge where nothing can be decided here."""
        if session.at is not None:
            message = "a decision is written into the folder, and --at reads a commit"
            raise UsageError(message, fix="Leave --at out; --base names the commit to compare with.")
        if not session.layout.managed:
            message = "this registry has a layout of its own, in which decisions have no place"
            raise CannotJudge(message, fix="'preflight init' writes a registry that has one.")
        documents = session.policy.documents
        for name in ("approvals", "people"):
            if name not in documents:
                message = f"there is no {session.layout.policies}/{name}.yaml, so nobody can decide"
                raise CannotJudge(message, fix="'preflight init' writes one into a new folder; copy it and adapt it.")
        policy = documents["approvals"].value
        if not policy.get("registry"):
            message = "the registry has no id, so a decision could be taken for that of another one"
            fix = f"Add one that never changes: registry: NAME-{secrets.token_hex(6)}"
            raise CannotJudge(message, path=documents["approvals"].path, fix=fix)
        people = {each["id"]: each for each in documents["people"].value["people"]}
        signers = decision_files.signers(session.lawful, session.layout.policies)
        return cls(session, policy["registry"], policy, people, signers)

    @property
    def titles(self) -> dict[str, str]:
        """The title of each role."""
        return {each["role"]: each["title"] for each in self.policy["roles"]}

    @property
    def today(self) -> str:
        """The day, as the people directory writes it."""
        return self.session.today.isoformat()

    def known_role(self, role: str) -> str:
        """Return a role that exists. Raises UsageError."""
        if role not in self.titles:
            message = f"there is no role {role!r} in {self.session.layout.policies}/approvals.yaml"
            fix = did_you_mean(role, self.titles) or f"Known are: {', '.join(self.titles)}."
            raise UsageError(message, fix=fix)
        return role

    def holders(self, role: str) -> list[str]:
        """Return who holds a role today."""
        return [person for person in self.people if self.hold(person, role)]

    def hold(self, person: str, role: str) -> bool:
        """Whether somebody who is still here holds a role today."""
        known = self.people[person]
        here = known.get("left", "9999-12-31") >= self.today
        return here and any(each["role"] == role and holds(each, self.today) for each in known.get("roles", ()))

    def in_office(self, person: str, role: str) -> str:
        """Return a person who holds the role today. Raises UsageError."""
        if person not in self.people:
            message = f"there is nobody {person!r} in {self.session.layout.policies}/people.yaml"
            raise UsageError(message, fix=did_you_mean(person, self.people) or "Name somebody by their id.")
        if not self.hold(person, role):
            message = f"{person} does not hold the role {role} on {self.today}"
            raise UsageError(message, fix=f"It is held by {drafts.listed(self.holders(role))}.")
        return person

    def owner(self, line: SignerKey) -> str | None:
        """Return whose key it is: the key names a person by id or by e-mail address."""
        named = (each for each, known in self.people.items() if line.principal in (each, known.get("email")))
        return next(named, None)

    def heading(self, role: str, by: str) -> drafts.Heading:
        """Begin a decision of today; no two are alike."""
        listing = trust_root.listing(self.session.lawful, self.session.layout)
        rules = amendment.digest(listing)
        return drafts.Heading(self.registry, role, by, self.session.today, rules, secrets.token_hex(8))


# ---- Who signs, and with what -------------------------------------------------------------------


def signer(office: Office, wishes: Wishes, namespace: str) -> tuple[str, SigningKey | None]:
    """Return who decides, and with which key: None where it is only prepared. Raises UsageError."""
    office.known_role(wishes.role)
    if wishes.output and not wishes.prepare:
        message = "--output goes together with --prepare"
        raise UsageError(message, fix="Leave it out: a signed decision has its place in the registry.")
    if wishes.by is not None:
        office.in_office(wishes.by, wishes.role)
    if wishes.prepare:
        return _the_one(office, wishes), None
    if wishes.key is not None:
        return _with_key(office, wishes, signing_keys.named(wishes.key), namespace)
    return _at_hand(office, wishes, namespace)


def _the_one(office: Office, wishes: Wishes) -> str:
    holders = [wishes.by] if wishes.by else office.holders(wishes.role)
    if len(holders) != 1:
        message = f"the role {wishes.role} is held by {drafts.listed(holders)}"
        raise UsageError(message, fix="Say by --by for whom it is prepared." if holders else "Nobody can decide it.")
    return holders[0]


def _with_key(office: Office, wishes: Wishes, key: SigningKey, namespace: str) -> tuple[str, SigningKey]:
    """Hold a key that was named against the list of keys. Raises UsageError for the first reason against it."""
    if key.public is None:
        if wishes.by is None:
            message = f"there is no .pub beside {wishes.key}, so it is not known whose key it is"
            raise UsageError(message, fix=f"Say it by --by, or write the .pub: ssh-keygen -y -f {wishes.key}")
        return wishes.by, key
    fingerprint = key.public.fingerprint
    line = office.signers.key_of(fingerprint)
    person = office.owner(line) if line else None
    if line is None or person is None:
        whom = wishes.by or drafts.listed(office.holders(wishes.role)[:1])
        message = f"the key {fingerprint} ({key.origin}) is not listed in policies/allowed_signers"
        fix = f'Have this line added there, in a change of its own: {whom} namespaces="{namespace}" {key.line}'
        raise UsageError(message, fix=fix)
    if wishes.by not in (None, person):
        message = f"the key {fingerprint} is that of {person}, not of {wishes.by}"
        raise UsageError(message, fix="Everybody signs for themselves, with their own key.")
    if not line.allows(namespace):
        message = f"the key {fingerprint} of {person} may not sign in {namespace}"
        raise UsageError(message, fix="Have it added to its namespaces in policies/allowed_signers.")
    if not line.valid_on(office.session.today):
        message = f"the key {fingerprint} of {person} is not valid on {office.today}"
        raise UsageError(message, fix="Sign with a key that is valid now; policies/allowed_signers has the days.")
    return office.in_office(person, wishes.role), key


def _at_hand(office: Office, wishes: Wishes, namespace: str) -> tuple[str, SigningKey]:
    """Return the first key at hand that may sign: that of git before those of the agent. Raises UsageError."""
    reasons: list[str] = []
    good: list[tuple[str, SigningKey]] = []
    for key in signing_keys.found(office.session.root):
        try:
            good.append(_with_key(office, wishes, key, namespace))
        except UsageError as error:
            reasons.append(error.message)
    people = sorted({person for person, _ in good})
    if len(people) > 1:
        message = f"there are keys here of {', '.join(people)}"
        raise UsageError(message, fix="Say by --by who decides.")
    if not good:
        whom = wishes.by or drafts.listed(office.holders(wishes.role))
        message = f"no key is at hand with which {whom} could sign as {wishes.role}"
        message += f": {'; '.join(dict.fromkeys(reasons))}" if reasons else ""
        fix = (
            "Name one by --key. Or let it be signed elsewhere: --prepare writes the text, ssh-keygen -Y sign signs it "
            "there, and --signature adds what comes back."
        )
        raise UsageError(message, fix=fix)
    return good[0]


# ---- What a base tells ---------------------------------------------------------------------------


def from_base(session: Session, base: str | None) -> Session:
    """Return the session in which keys, people and rules are those of a commit. Raises UsageError."""
    if base is None:
        return session
    law = GitTree(session.root, base).commit
    return replace(session, law=law, since=GitTree(session.root, "HEAD").fork(law))


def proposes(office: Office, person: str, case: Case) -> bool:
    """Whether somebody wrote what a record proposes; without a base that is not known: no.

    What differs from the base is proposed, and all of a record to which nobody has agreed yet.
    """
    session = office.session
    if session.since is None:
        return False
    known = office.people[person]
    names = {each.casefold() for each in (person, known.get("email", ""), *known.get("logins", ()))}
    tree = GitTree(session.root, "HEAD")
    authors = tree.authors(session.since, case.path).get(case.path, set())
    if case.before is None or not lifecycle.was_agreed(case.before):
        authors = authors | proposers.wrote(tree, case.path)
    return any(login(author) in names for author in authors)
