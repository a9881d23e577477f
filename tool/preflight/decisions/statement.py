"""The statement of a decision: a small JSON text that says who decides what, and that is signed as it stands.

Its form is schemas/decision.schema.json, and nothing else: a name that is not known is refused, because somebody
signed it and meant something. The bytes in the file are what was signed; they are never written anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias, cast

from preflight import pointers
from preflight.breaches import did_you_mean
from preflight.decisions import strict_json
from preflight.errors import DocumentError
from preflight.levels import LEVELS
from preflight.model import SIGNED_FOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.decisions.strict_json import Text
    from preflight.model import Json, JsonObject

SCHEMA = "preflight/decision/v1"
KINDS = ("approve", "waive", "revoke", "amend")
NONCE_SHOWN = 8  # digits of the nonce in the name of a file
MAX_FACTS = 40
MAX_AMOUNT = 10**12
MAX_MONTHS = 120
MAX_CLASSES = 20
BOUNDS = ("annual_cost", "commitment", "term_months", "risk", "data")
# Facts by which a revocation tells what stays, and a decision of the revocations of its day that it comes after.
STAYS, AFTER = "Stays", "After"
POLICIES = "policies"  # what an amendment names as its vendor; no vendor can be called so

Kind: TypeAlias = Literal["approve", "waive", "revoke", "amend"]
Fact: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody decided. Only what ``kind`` has is filled in; text that was not given is empty.

    approve: a vendor, within bounds. waive: that a finding may stand. revoke: an earlier decision no longer counts.
    amend: a change of the policies themselves, from one state to another.
    """

    kind: Kind
    repository: str
    vendor: str
    role: str
    by: str
    decided_on: date
    rules: str
    nonce: str
    facts: tuple[tuple[str, Fact], ...] = ()  # what the signer was shown, in that order
    valid_until: date | None = None
    bounds: JsonObject = field(default_factory=dict)  # as the bounds of an approval in a record
    rule: str = ""
    pointer: str = ""
    fingerprint: str = ""
    revokes: str = ""
    amends: str = ""  # digest of the policies as they were
    into: str = ""  # and as they will be
    reason: str = ""

    @property
    def id(self) -> str:
        """The name of its file without the ending."""
        return f"{self.decided_on.isoformat()}-{self.role}-{self.nonce[:NONCE_SHOWN]}"

    def listed(self, title: str) -> frozenset[str]:
        """Return the decisions that stand in the facts of that title, STAYS or AFTER; each as its ``reference``."""
        told = (str(what).split(", ") for name, what in self.facts if name.partition(" ")[0] == title)
        return frozenset(each for ids in told for each in ids)

    @property
    def approval(self) -> JsonObject:
        """The same as an entry in ``approvals`` of a record, for ``agreement.agreement``, and for what it was given."""
        until = {"valid_until": self.valid_until.isoformat()} if self.valid_until else {}
        given = {"role": self.role, "by": self.by, "date": self.decided_on.isoformat()}
        meant = {name.lower(): what for name, what in self.facts if name in SIGNED_FOR}
        return {**given, **meant, "bounds": {**self.bounds, **until}}


def parse(data: bytes) -> Statement:
    """Read a statement. Raises DocumentError with line, column and a fix."""
    return read(data)[0]


def read(data: bytes) -> tuple[Statement, Text]:
    """Read a statement; return it with the places of its parts."""
    text = strict_json.parse(data)
    return _Reader(text).statement(), text


def readable(data: bytes) -> Statement | None:
    """Return a statement, or None where it cannot be read: what is wrong with it is told elsewhere."""
    try:
        return parse(data)
    except DocumentError:
        return None


def render(statement: Statement) -> bytes:
    """Return the bytes to sign: the same statement always gives the same bytes.

    Raises DocumentError for a statement that would be refused when it is read: nobody should sign that.
    """
    data = _rendered(statement)
    parse(data)
    return data


def _rendered(statement: Statement) -> bytes:
    value: JsonObject = {"schema": SCHEMA, "kind": statement.kind}
    for name in ("repository", "vendor", "role", "by", "decided_on", "valid_until", "bounds", "rule", "pointer"):
        value[name] = getattr(statement, name)
    for name in ("fingerprint", "revokes", "amends", "into", "reason"):
        value[name] = getattr(statement, name)
    value |= {"facts": dict(statement.facts), "rules": statement.rules, "nonce": statement.nonce}
    kept = {
        name: member.isoformat() if isinstance(member, date) else member
        for name, member in value.items()
        if name == "facts" or member not in ("", None, {})
    }
    return (json.dumps(kept, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def reference(statement: Statement) -> str:
    """Return what a decision is called where another names it: its id, and a digest of what it says.

    Whoever prepares statements chooses their nonces, so two of them may have one id. One that was written closer than
    we write may say more than we would sign, and has a digest all the same.
    """
    return f"{statement.id}:{hashlib.sha256(_rendered(statement)).hexdigest()[:32]}"


def file_name(statement: Statement) -> str:
    """Return the name of its file in ``vendors/decisions/<vendor>/``."""
    return f"{statement.id}.json"


def role_of(identifier: str) -> str | None:
    """Return the role that is in the id of a decision, ``<date>-<role>-<8 digits>``; None: it is no such id."""
    if not _FORMS["revokes"].pattern.fullmatch(identifier):
        return None
    return identifier[len("2026-11-22-") : -NONCE_SHOWN - 1]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a member that is text looks like, and how to say so."""

    pattern: re.Pattern[str]
    longest: int
    wanted: str


_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = _Form(re.compile(_SLUG), 63, "an id of lower-case letters, digits and single hyphens")
_LINE = _Form(re.compile(r"\S(?:[^\n]*\S)?"), 500, "one line of text, at most 500 characters")
_FACT = _Form(re.compile(r"\S(?:[^\n]*\S)?"), 200, "one line of text, at most 200 characters")
_FORMS = {
    "repository": _Form(re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*"), 100, "the id of the registry"),
    "vendor": _ID,
    "role": _ID,
    "by": _ID,
    "rules": _Form(re.compile(r"[0-9a-f]{40}|(?:sha256:)?[0-9a-f]{64}"), 71, "a full commit id or a sha256 digest"),
    "nonce": _Form(re.compile(r"[0-9a-f]{16}"), 16, "16 digits of 0-9 and a-f"),
    "rule": _Form(re.compile(f"{_SLUG}/{_SLUG}"), 127, "the id of a rule, such as contract/cost-known"),
    "pointer": _Form(re.compile(r"(?:/(?:[^~/\s]|~[01])*)+"), 300, "a JSON pointer, such as /cost/recurring/0"),
    "fingerprint": _Form(re.compile(r"sha256:[0-9a-f]{64}"), 71, "the fingerprint of a finding"),
    "revokes": _Form(
        re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}-{_SLUG}-[0-9a-f]{{8}}", re.ASCII),
        83,
        "the id of a decision, which is the name of its file without .json",
    ),
    "amends": _Form(re.compile(r"sha256:[0-9a-f]{64}"), 71, "the digest of the policies before"),
    "into": _Form(re.compile(r"sha256:[0-9a-f]{64}"), 71, "the digest of the policies after"),
    "reason": _LINE,
}
_CURRENCY = _Form(re.compile(r"[A-Z]{3}"), 3, "three capital letters")
_EVERY = ("schema", "kind", "repository", "vendor", "role", "by", "decided_on", "facts", "rules", "nonce")
# Kind → what it has to have, and what it may have besides.
_MEMBERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "approve": (("bounds",), ("valid_until",)),
    "waive": (("rule", "fingerprint", "valid_until", "reason"), ("pointer",)),
    "revoke": (("revokes", "reason"), ()),
    "amend": (("amends", "into"), ("reason",)),
}


class _Reader:
    """Takes a JSON object apart, member by member."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.value = text.value

    def statement(self) -> Statement:
        self._choice("/schema", self.value.get("schema"), (SCHEMA,))
        kind = self._choice("/kind", self.value.get("kind"), KINDS)
        needed, allowed = _MEMBERS[kind]
        self._members("", self.value, (*_EVERY, *needed), allowed, f"in a statement of the kind {kind}")
        texts = {name: self._text(f"/{name}", self.value[name], _FORMS[name]) for name in _FORMS if name in self.value}
        decided = self._date("decided_on")
        until = self._date("valid_until") if "valid_until" in self.value else None
        if until and until < decided:
            self._refuse("/valid_until", "it ends before it was decided", "Give a day on or after decided_on.")
        bounds = self._bounds(self.value["bounds"]) if "bounds" in self.value else {}
        return Statement(
            kind=cast("Kind", kind),
            decided_on=decided,
            valid_until=until,
            bounds=bounds,
            facts=self._facts(self.value["facts"]),
            **texts,
        )

    def _members(
        self, at: str, value: Json, needed: tuple[str, ...], allowed: tuple[str, ...], where: str
    ) -> JsonObject:
        if not isinstance(value, dict):
            self._refuse(at, "a group in braces is wanted here", strict_json.LET_WRITE)
        for name in value:
            if name not in needed and name not in allowed:
                fix = did_you_mean(name, (*needed, *allowed)) or strict_json.LET_WRITE
                self._refuse(at + pointers.pointer((name,)), f"{_shown(name)} is not known {where}", fix)
        for name in needed:
            if name not in value:
                self._refuse(at, f"{name} is missing {where}", strict_json.LET_WRITE)
        return value

    def _choice(self, at: str, value: Json, known: tuple[str, ...]) -> str:
        if not isinstance(value, str) or value not in known:
            found = "nothing" if value is None else _shown(value)
            message = f"{at[1:]} is {found}; {' or '.join(known)} is wanted"
            self._refuse(at, message, did_you_mean(str(value), known) or strict_json.LET_WRITE)
        return value

    def _text(self, at: str, value: Json, form: _Form) -> str:
        if not isinstance(value, str) or len(value) > form.longest or not form.pattern.fullmatch(value):
            self._refuse(at, f"{_shown(value)} is not {form.wanted}", f"Write {form.wanted}.")
        return value

    def _date(self, name: str) -> date:
        text = self.value[name]
        try:
            found = date.fromisoformat(text)
        except (TypeError, ValueError):
            found = None
        if not found or found.isoformat() != text:
            self._refuse(f"/{name}", f"{_shown(text)} is no day of the calendar", "Write YYYY-MM-DD.")
        return found

    def _bounds(self, value: Json) -> JsonObject:
        bounds = self._members("/bounds", value, (), BOUNDS, "in the bounds")
        if not bounds:
            self._refuse("/bounds", "there are no bounds in it", "Say how far the approval reaches.")
        for name in ("annual_cost", "commitment"):
            if name in bounds:
                self._money(f"/bounds/{name}", bounds[name])
        if "risk" in bounds:
            self._choice("/bounds/risk", bounds["risk"], LEVELS)
        if "term_months" in bounds and not _is_whole(bounds["term_months"], MAX_MONTHS):
            message = f"{_shown(bounds['term_months'])} is no number of months"
            self._refuse("/bounds/term_months", message, f"Write a whole number from 1 to {MAX_MONTHS}.")
        if "data" in bounds:
            self._classes("/bounds/data", bounds["data"])
        return bounds

    def _money(self, at: str, value: Json) -> None:
        money = self._members(at, value, ("amount", "currency"), (), "in an amount")
        amount = money["amount"]
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not _is_money(amount):
            message = f"{_shown(amount)} is no amount of money"
            self._refuse(f"{at}/amount", message, "Write a number with at most two decimals.")
        self._text(f"{at}/currency", money["currency"], _CURRENCY)

    def _classes(self, at: str, value: Json) -> None:
        if not isinstance(value, list) or len(value) > MAX_CLASSES:
            self._refuse(at, f"{_shown(value)} is no list of data classes", "Write the classes in brackets.")
        for index, each in enumerate(value):
            self._text(f"{at}/{index}", each, _ID)
        if len(set(value)) < len(value):
            self._refuse(at, "a data class stands here twice", "Name each once.")

    def _facts(self, value: Json) -> tuple[tuple[str, Fact], ...]:
        facts = self._members("/facts", value, (), tuple(value) if isinstance(value, dict) else (), "in the facts")
        if len(facts) > MAX_FACTS:
            message = f"there are {len(facts)} facts; nobody reads more than {MAX_FACTS} before signing"
            self._refuse("/facts", message, "Keep what the decision rests on.")
        for name, fact in facts.items():
            at = "/facts" + pointers.pointer((name,))
            self._text(at, name, _FACT)
            if isinstance(fact, (str, dict, list)):
                self._text(at, fact, _FACT)
        return tuple(facts.items())

    def _refuse(self, at: str, message: str, fix: str) -> NoReturn:
        place = self.text.position(at)
        raise DocumentError(message, trap="statement", fix=fix, line=place.line, column=place.column)


def _is_whole(value: Json, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_money(amount: float) -> bool:
    return 0 <= amount <= MAX_AMOUNT and float(f"{amount:.2f}") == amount


def _shown(value: Json) -> str:
    say: Callable[[Json], str] = repr if isinstance(value, str) else str
    text = "a group" if isinstance(value, dict) else say(value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - as much as a message shows
