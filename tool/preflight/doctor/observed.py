"""What the shell saw of a repository, and what a check says of it. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from preflight.model import Json, JsonObject, Positions


class Outcome(Enum):
    """How a check ends. Only a problem changes the exit code."""

    PROBLEM = "problem"
    ADVICE = "advice"
    CANNOT_TELL = "cannot-tell"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says. ``fix`` is empty only where all is well."""

    check: str
    outcome: Outcome
    message: str
    fix: str = ""
    path: str = ""
    line: int = 0


def ok(check: str, message: str) -> Finding:
    """Say that something is in order."""
    return Finding(check, Outcome.OK, message)


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook. ``text`` is None where it is no text."""

    text: str | None
    executable: bool


@dataclass(frozen=True, slots=True)
class Git:
    """The repository around the registry."""

    bare: bool = False
    shallow: bool = False
    branch: str | None = "main"  # None: HEAD names a commit
    born: bool = True  # whether anything was committed
    replaced: int = 0  # refs that replace objects
    grafted: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)  # the repository's own; keys in lower case
    pre_receive: Hook | None = None
    pre_commit: Hook | None = None
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    ignores_decisions: bool = False
    attributes: Mapping[str, Mapping[str, str]] | None = None  # None: nothing was committed that could have any


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of GitHub. ``document`` is None where it cannot be read; then ``error`` says why."""

    path: str
    document: Json
    positions: Positions | None = None
    error: str = ""
    line: int = 0

    def at(self, pointer: str) -> int:
        """Return the line of a value."""
        return self.positions.position(pointer).line if self.positions else 1


@dataclass(frozen=True, slots=True)
class Observed:
    """All that the checks look at. Paths begin at the top of the repository.

    None means: there is no such file. Where one is there and of no use, ``unreadable`` says why.
    """

    today: date
    git: Git | None = None
    prefix: str = ""  # from the top of the repository to the registry
    policies: str = "policies"
    law: tuple[str, ...] = ("policies/", "schemas/vendor.schema.json")  # what decides, as far as it is there
    folders: tuple[str, ...] = ("policies", "schemas", "vendors")  # what the gate reads, from the registry on
    managed: bool = True  # whether the registry is laid out as ours
    schema: bool = True  # whether there is a schema of vendor records
    action: bool = False  # whether preflight's own action lies at the top, so that a workflow can name it as ./
    rules: tuple[str, ...] = ()
    people: JsonObject | None = None
    approvals: JsonObject | None = None
    signers: str | None = None
    owners: Mapping[str, str] = field(default_factory=dict)  # where CODEOWNERS may lie → its text
    workflows: tuple[Workflow, ...] = ()
    gitlab: str | None = None  # .gitlab-ci.yml
    hooks_configured: str | None = None  # .pre-commit-config.yaml
    forges: frozenset[str] = frozenset()  # github, gitlab: those that something here speaks of
    unreadable: tuple[Finding, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether this is the repository on a server."""
        return self.git is not None and self.git.bare

    @property
    def on_forge(self) -> bool:
        """Whether a forge guards this registry, as far as can be told from here."""
        return bool(self.forges) and not self.bare
