"""CODEOWNERS: who is asked to review which file, read as forges read it, and generated from the fields of ownership.

It routes reviews; it proves nothing. The last line that matches a path decides, a line without owners takes them away,
and a line that a forge cannot read is skipped. Lines written by hand stay, before the generated part: what guards the
rules themselves stands last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from preflight.model import JsonObject

GITHUB = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that is there counts
GITLAB = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
LOCATIONS = (*GITHUB, ".gitlab/CODEOWNERS")
MAX_BYTES = 3_000_000  # GitHub does not load a larger file
POLICY_OWNER = "policy-owner"
SIDES = ("marketing", "it")
BEGIN = "# >>> preflight codeowners: generated from policies/people.yaml and the records; do not edit"
END = "# <<< preflight codeowners"
# What decides how a change is judged and reviewed, wherever the policies lie. Places for CODEOWNERS that hold none
# yet are among them: a new file there would take the place of this one.
GUARDED = (
    "preflight.yaml",
    ".gitattributes",
    ".gitignore",
    ".gitlab-ci.yml",
    ".gitlab/",
    ".github/",
    "docs/CODEOWNERS",
    "CODEOWNERS",
)

_OWNER = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*",
    re.ASCII,
)
_SECTION = re.compile(r"\^?\[[^\]]+\](\[\d+\])?(\s.*)?")
_TOKENS = re.compile(r"(/\*\*/|\*\*/|/\*\*|\*\*|\*|\?|\\.)", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9._/@+=,~-]", re.ASCII)

Whom: TypeAlias = Literal["both", "people", "teams"]


# ---- Reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line that gives files to owners; none takes them away."""

    pattern: str
    owners: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that a forge skips, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Owners:
    """A file, read: its lines, and those that do not count."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...] = ()

    def of(self, path: str) -> tuple[str, ...]:
        """Return whoever owns a path: the last line that matches decides."""
        return next((line.owners for line in reversed(self.lines) if matches(line.pattern, path)), ())


def read(text: str) -> Owners:
    """Read a file. Whatever is in it, something comes back."""
    lines: list[Line] = []
    faults: list[Fault] = []
    for number, row in enumerate(text.split("\n"), 1):
        parts = _parts(row.strip(" \t\r"))
        if not parts or (_SECTION.fullmatch(row.strip()) and not row.lstrip().startswith("[!")):
            continue
        pattern, owners = parts[0], tuple(parts[1:])
        if pattern.startswith("!") or re.search(r"(?<!\\)[\[\]]", pattern):
            faults.append(Fault(number, f"{pattern!r} is no pattern that CODEOWNERS knows"))
        elif wrong := [each for each in owners if not _OWNER.fullmatch(each)]:
            faults.append(
                Fault(number, f"{wrong[0]!r} is neither @user, nor @organisation/team, nor an e-mail address")
            )
        else:
            lines.append(Line(pattern, owners, number))
    return Owners(tuple(lines), tuple(faults))


def _parts(row: str) -> list[str]:
    """Return pattern and owners of a line; a backslash keeps a space in the pattern, a number sign begins a comment."""
    parts = re.findall(r"(?:\\.|[^\s\\]|\\$)+", row)
    comment = next((index for index, part in enumerate(parts) if part.startswith("#")), len(parts))
    return parts[:comment]


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern means a path. As in .gitignore: a folder means all below it, no slash means anywhere."""
    body = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in body
    ends = {0} if anchored else {0, *(index + 1 for index, character in enumerate(path) if character == "/")}
    for token in filter(None, _TOKENS.split(body)):
        ends = {end for start in ends for end in _after(token, path, start)}
    # A star at the end of a way names the files of that folder, and not what lies deeper.
    flat = body.endswith("/*") or (anchored and body == "*")
    whole = not pattern.endswith("/") and len(path) in ends
    return whole or (not flat and any(path[end : end + 1] == "/" for end in ends))


def _after(step: str, path: str, start: int) -> Iterable[int]:
    """Return where a path may go on after one part of a pattern. All ways at once, so that no pattern takes long."""
    rest = path[start:]
    folders = [start + index + 1 for index, character in enumerate(rest) if character == "/"]
    found: Iterable[int]
    match step:
        case "**/":
            found = [start, *folders]
        case "/**/":
            found = folders if rest.startswith("/") else ()
        case "/**":
            found = range(start + 1, len(path) + 1) if rest.startswith("/") else ()
        case "**":
            found = range(start, len(path) + 1)
        case "*":
            found = range(start, folders[0] if folders else len(path) + 1)
        case "?":
            found = [start + 1] if rest and not rest.startswith("/") else ()
        case _:
            literal = step.removeprefix("\\")
            found = [start + len(literal)] if rest.startswith(literal) else ()
    return found


# ---- Who is asked -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Directory:
    """policies/people.yaml on one day: how the forge calls whom."""

    people: Mapping[str, JsonObject]
    teams: Mapping[str, JsonObject]
    today: date

    @classmethod
    def of(cls, document: JsonObject, today: date) -> Directory:
        """Take people and teams by id."""
        people, teams = ({each["id"]: each for each in document[kind]} for kind in ("people", "teams"))
        return cls(people, teams, today)

    def there(self, person: str) -> bool:
        """Whether somebody is known and has not left."""
        found = self.people.get(person)
        return found is not None and self.today.isoformat() <= found.get("left", "9999")

    def holders(self, role: str) -> list[str]:
        """Return who holds a role on that day."""
        day = self.today.isoformat()
        return [
            name
            for name, each in self.people.items()
            if self.there(name)
            and any(
                held["role"] == role and held["from"] <= day <= held.get("until", "9999")
                for held in each.get("roles", ())
            )
        ]

    def person(self, name: str) -> str | None:
        """Return how the forge calls somebody who is there: a login, else the e-mail address."""
        if not self.there(name):
            return None
        known = self.people[name]
        named = [f"@{login}" for login in known.get("logins", ())] + [known.get("email", "")]
        return next((each for each in named if _OWNER.fullmatch(each)), None)

    def team(self, name: str) -> str | None:
        """Return how the forge calls a team."""
        handle = self.teams.get(name, {}).get("handle", "")
        return handle if _OWNER.fullmatch(handle) else None

    def lead(self, team: str) -> str | None:
        """Return how the forge calls the lead of a team."""
        return self.person(self.teams.get(team, {}).get("lead", ""))


@dataclass(frozen=True, slots=True)
class Owned:
    """A vendor record: where it lies, and its section of ownership."""

    vendor: str
    path: str
    ownership: JsonObject

    def asked(self, directory: Directory, whom: Whom) -> list[str]:
        """Return whom the forge asks: of each side the owner and their team, or the team's lead for want of both."""
        found: list[str] = []
        for side in SIDES:
            given = self.ownership.get(side, {})
            owner, team = given.get("owner", ""), given.get("team", "")
            named = {"people": directory.person(owner), "teams": directory.team(team)}
            chosen = [each for kind, each in named.items() if each and whom in (kind, "both")]
            instead = [each for each in (*named.values(), directory.lead(team)) if each]
            found += chosen or instead[:1]
        return list(dict.fromkeys(found))


# ---- Writing ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate: for which records, and which folders hold the rules.

    Paths begin at the top of the repository.
    """

    records: Sequence[Owned]
    vendors: str  # the folder of the records
    decisions: str  # that of the decisions on them, or nothing
    law: Sequence[str]  # folders and files of rules, schemas and policies
    whom: Whom = "both"
    gitlab: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """The generated lines, and of whom nothing is known that a forge could ask."""

    lines: tuple[str, ...]
    unowned: tuple[str, ...]  # vendors; the policy owners are asked instead


def generate(plan: Plan, directory: Directory) -> Generated | None:
    """Return the generated part, or None where no policy owner is known: nobody could be asked about the rules."""
    named = [directory.person(name) for name in directory.holders(POLICY_OWNER)]
    policy_owners = sorted({each for each in named if each})
    if not policy_owners:
        return None
    asked = {each.path: each.asked(directory, plan.whom) for each in plan.records}
    lines = [BEGIN, *(["[Vendors]"] if plan.gitlab else []), "# A new record has no owners here yet."]
    lines.append(_row(f"{plan.vendors}/" if plan.vendors else "*", policy_owners))
    for each in sorted(plan.records, key=lambda record: record.path):
        owners = asked[each.path] or policy_owners
        lines.append(_row(each.path, owners))
        if plan.decisions:
            lines.append(_row(f"{plan.decisions}/{each.vendor}/", owners))
    least = min(2, len(policy_owners))
    lines += [*([f"[Policies][{least}]"] if plan.gitlab else []), "# Last, as the last line that matches decides."]
    lines += [_row(path, policy_owners) for path in dict.fromkeys((*plan.law, *GUARDED))]
    unowned = sorted(each.vendor for each in plan.records if not asked[each.path])
    return Generated((*lines, END), tuple(unowned))


def _row(path: str, owners: Iterable[str]) -> str:
    return " ".join([escaped(path), *owners])


def escaped(path: str) -> str:
    """Write a path as a pattern. What would mean something in one becomes ``?``, which stands for any character."""
    plain = "".join(each if _PLAIN.match(each) or (each.isalnum() and not each.isascii()) else "?" for each in path)
    return f"/{plain}" if path != "*" else "*"


def placed(existing: str, lines: Sequence[str]) -> str:
    """Return the whole file: what was written by hand, then the generated part.

    Lines by hand that stood behind it are moved before it: they would overrule it.
    """
    kept = "\n".join(_by_hand(existing)).strip("\n")
    return (f"{kept}\n\n" if kept else "") + "\n".join(lines) + "\n"


def _by_hand(text: str) -> Iterator[str]:
    inside = False
    for row in text.replace("\r\n", "\n").split("\n"):
        if row.startswith(BEGIN.partition(":")[0]):
            inside = True
        elif row.startswith(END):
            inside = False
        elif not inside:
            yield row


def differences(existing: str, wanted: str) -> list[str]:
    """Say line by line what has to go (``-``) and what is missing (``+``); the order counts as well."""
    old, new = existing.split("\n"), wanted.split("\n")
    gone, come = set(old) - set(new), set(new) - set(old)
    told = [f"- {row}" for row in old if row in gone] + [f"+ {row}" for row in new if row in come]
    if existing != wanted and not told:
        told = ["the same lines, in another order or number: what is generated stands once, and last"]
    return told


def overruled(place: str, there: Callable[[str], bool]) -> list[str]:
    """Return the files that a forge takes instead of the one at ``place``."""
    order = GITLAB if place.startswith(".gitlab/") else GITHUB
    return [each for each in order[: order.index(place)] if there(each)]


def too_large(text: str) -> str:
    """Say why a file would not be loaded, or nothing."""
    size = len(text.encode())
    return f"{counted(size, 'byte')}, and at most {MAX_BYTES:,} are loaded" if size > MAX_BYTES else ""
