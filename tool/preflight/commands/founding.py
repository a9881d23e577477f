"""The first push of all: a registry may begin with its rules, before there is any vendor that they could judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.codeowners import Directory
from preflight.commands import amendments
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.amendment import OWNERS, ROLE
from preflight.errors import CannotJudge
from preflight.shell import decision_files
from preflight.shell.files import matching
from preflight.shell.registry import LEFTOVERS
from preflight.wording import counted

if TYPE_CHECKING:
    from preflight.commands.session import Session
    from preflight.shell.repository import Repository

LISTED = "policies/allowed_signers"


def begins(repository: Repository | None, session: Session) -> bool:
    """Whether a commit would be the first of a repository that holds nothing yet, and brings no vendor.

    Whoever fills an empty repository decides by which rules it judges, with a vendor or without. In any other, a push
    that brings nothing to judge is refused.
    """
    return repository is not None and not repository.refs("refs") and not holds_records(session)


def hold(session: Session) -> None:
    """See that there are rules that can be used, and people who can change them later. Raises CannotJudge."""
    _ = session.policy
    if not amendments.is_signed_for(session):
        return
    people = session.policy.documents.get("people")
    owners = Directory.of(people.value, session.today) if people else Directory({}, {}, session.today)
    listed = decision_files.signers(session.source, session.layout.policies).keys.values()
    good = {each.principal for each in listed if each.valid_on(session.today) and each.allows(POLICY_NAMESPACE)}
    able = [name for name in owners.holders(ROLE) if good & {name, owners.people[name].get("email", name)}]
    if len(able) < OWNERS:
        message = (
            "a change of the rules needs the signatures of two policy owners, and here "
            f"{counted(len(able), 'person', 'people')} could give one: after this push nobody could change them"
        )
        fix = (
            f"Give two people the role {ROLE} in people.yaml, and each a line in {LISTED} with "
            f'namespaces="{NAMESPACE},{POLICY_NAMESPACE}".'
        )
        raise CannotJudge(message, fix=fix)


def holds_records(session: Session) -> bool:
    """Whether there is anything that is a record, or pretends to be one, or decides about one."""
    where = "vendors/**" if session.layout.managed else session.layout.vendors.removesuffix(".yaml") + "*"
    return any(each.path.rpartition("/")[2] not in LEFTOVERS for each in matching(session.source, where))
