"""policies/allowed_signers: whose key is whose, in the format of ssh-keygen(1), section ALLOWED SIGNERS.

OpenSSH skips a line that it cannot read, takes wildcards for people, and reads a date without Z in the time zone
of the machine. Here a line that could mean something else to somebody is refused, so that the same file serves
``ssh-keygen -Y verify`` and says the same to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from preflight.breaches import did_you_mean
from preflight.decisions import sshsig
from preflight.decisions.sshsig import PublicKey, SignatureFault
from preflight.errors import DocumentError
from preflight.model import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTIONS = ("namespaces", "valid-after", "valid-before")
MAX_PRINCIPAL = 254

_PRINCIPAL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"\\ ]*)")?', re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*", re.ASCII)
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})Z", re.ASCII)
_TIME = re.compile(r"\d{8}(?:\d{4}(?:\d{2})?)?Z?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignerKey:
    """One line: a key, whose it is, for what and when."""

    principal: str
    key: PublicKey
    namespaces: frozenset[str] | None  # None: any
    valid_after: date | None
    valid_before: date | None
    position: Position

    def valid_on(self, day: date) -> bool:
        """Whether the key may sign on that day. The last day is the one before ``valid-before``, as in OpenSSH."""
        return (self.valid_after or date.min) <= day and (self.valid_before is None or day < self.valid_before)

    def allows(self, namespace: str) -> bool:
        """Whether the key may sign in that namespace."""
        return self.namespaces is None or namespace in self.namespaces


@dataclass(frozen=True, slots=True)
class Signers:
    """All keys that may sign, by fingerprint."""

    keys: Mapping[str, SignerKey]

    @classmethod
    def of(cls, text: str) -> Signers:
        """Read the file. Raises DocumentError with line, column and a fix for the first fault."""
        keys: dict[str, SignerKey] = {}
        for each in _lines(text):
            first = keys.setdefault(each.key.fingerprint, each)
            if first is not each:
                at = each.position
                message = (
                    f"the key of {each.principal} stands in line {first.position.line} as that of {first.principal}"
                )
                if first.principal == each.principal:
                    message = f"this key of {each.principal} stands in line {first.position.line} already"
                _refuse(at.line, at.column, message, "Keep one line for each key: one key, one person.")
        return cls(keys)

    def key_of(self, fingerprint: str) -> SignerKey | None:
        """Return the line of the key with that fingerprint."""
        return self.keys.get(fingerprint)


def _lines(text: str) -> Iterator[SignerKey]:
    for number, line in enumerate(text.split("\n"), 1):
        for column, character in enumerate(line, 1):
            if not character.isprintable():
                named = {"\r": "a carriage return", "\t": "a tab"}.get(character, f"U+{ord(character):04X}")
                fix = "Use single spaces between the parts, and line feeds as line ends."
                _refuse(number, column, f"{named} stands here, which programs read in different ways", fix)
        if line.strip(" ") and not line.startswith("#"):
            yield _Line(line, number).signer()


class _Line:
    """One line, taken apart from left to right: principal, options, type, key, and a comment that is not read."""

    def __init__(self, line: str, number: int) -> None:
        self.line = line
        self.number = number
        self.parts: list[tuple[str, int]] = []  # with the column of each
        at = 1
        for part in line.split(" "):
            self.parts.append((part, at))
            at += len(part) + 1

    def signer(self) -> SignerKey:
        principal = self._principal()
        if len(self.parts) > 1 and self.parts[1][0] in {"", "="}:
            self._refuse(self.parts[1][1], "more than one space stands here", "Keep one space between the parts.")
        given: dict[str, str] = {}
        rest = 1
        if len(self.parts) > 1 and not _is_kind(self.parts[1][0]):
            given = self._options(*self.parts[1])
            rest = 2
        key, column = self._key(rest)
        after, before = (self._day(name, given[name]) if name in given else None for name in OPTIONS[1:])
        if after and before and before <= after:
            self._refuse(self._column("valid-before"), "the key ends before it begins", "Correct one of the two days.")
        namespaces = self._namespaces(given["namespaces"]) if "namespaces" in given else None
        return SignerKey(principal, key, namespaces, after, before, Position(self.number, column))

    def _principal(self) -> str:
        text, column = self.parts[0]
        fix = "Write one id of policies/people.yaml, or one e-mail address, for each key."
        if not text:
            self._refuse(column, "the line begins with a space", "Take the space out.")
        if set(text) & set("*?!"):
            self._refuse(column, f"{text[:60]} is a pattern, and would stand for people who are not named", fix)
        if "," in text:
            self._refuse(column, "several names stand before one key; nobody could say who of them signed", fix)
        if len(text) > MAX_PRINCIPAL or not _PRINCIPAL.fullmatch(text):
            self._refuse(column, f"{text[:60]} is neither the id of a person nor an e-mail address", fix)
        return text

    def _options(self, text: str, column: int) -> dict[str, str]:
        given: dict[str, str] = {}
        at = 0
        while True:
            found = _OPTION.match(text, at)
            name = found.group(1) if found else ""
            here = column + at
            if name == "cert-authority":
                message = "cert-authority lets a key name the signers, and they would not stand in this file"
                self._refuse(here, message, "List the keys of the people themselves.")
            if name not in OPTIONS:
                fix = did_you_mean(name, OPTIONS) or f"Known are: {', '.join(OPTIONS)}."
                self._refuse(here, f"{(name or text[at:])[:60]!r} is neither an option nor the type of a key", fix)
            if not found or found.group(2) is None:
                message = f"{name} has no value in double quotes without a space"
                self._refuse(here, message, f'Write {name}="…", and join options by commas without spaces.')
            if name in given:
                self._refuse(here, f"the option {name} stands here twice", "Keep one of the two.")
            given[name] = found.group(2)
            at = found.end()
            if at == len(text):
                return given
            if text[at] != "," or at + 1 == len(text):
                message = "after this option something else than a comma and an option follows"
                self._refuse(column + at, message, "Join options by single commas without spaces.")
            at += 1

    def _key(self, index: int) -> tuple[PublicKey, int]:
        if len(self.parts) < index + 2:
            self._refuse(
                len(self.line) + 1, "the key is missing", 'Write the type and the key, as in "ssh-ed25519 AAAA…".'
            )
        (kind, column), (encoded, at) = self.parts[index : index + 2]
        if not _is_kind(kind):
            if kind.partition("=")[0].strip(",") in OPTIONS or not kind:
                message = "a space stands between options; OpenSSH would skip the line without a word"
                self._refuse(column, message, "Join options by commas without spaces.")
            self._refuse(column, f"{kind[:60]} is no type of a key", f"Use one of: {', '.join(sshsig.KINDS)}.")
        if kind not in sshsig.KINDS:
            fix = "List the key itself." if "-cert-" in kind else f"Use one of: {', '.join(sshsig.KINDS)}."
            self._refuse(column, f"keys of the type {kind[:60]} are not accepted", fix)
        try:
            key = sshsig.read_key(sshsig.base64_exactly(encoded))
        except SignatureFault as fault:
            fix = "Copy the line from the .pub file again, or make a new key: ssh-keygen -t ed25519."
            self._refuse(at, f"this key is not accepted: {fault.reason}", fix)
        if key.kind != kind:
            self._refuse(
                column, f"the line says {kind}, the key itself {key.kind}", "Copy the line from the .pub file."
            )
        return key, column

    def _day(self, name: str, text: str) -> date:
        fix = f'Write {name}="YYYYMMDDZ".'
        found = _DAY.fullmatch(text)
        if not found:
            message = f"{text[:40]!r} is no day"
            if _TIME.fullmatch(text):
                message = f"{text} is not a whole day in UTC, so it depends on where it is read"
            self._refuse(self._column(name), message, fix)
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            self._refuse(self._column(name), f"{text} is no day of the calendar", fix)

    def _namespaces(self, text: str) -> frozenset[str]:
        names = text.split(",")
        for each in names:
            if not _NAMESPACE.fullmatch(each):
                message = f"{each[:60]!r} is no exact namespace"
                self._refuse(self._column("namespaces"), message, "Write each namespace out, without * and spaces.")
        return frozenset(names)

    def _column(self, option: str) -> int:
        return self.line.index(f"{option}=") + 1

    def _refuse(self, column: int, message: str, fix: str) -> NoReturn:
        _refuse(self.number, column, message, fix)


def _is_kind(text: str) -> bool:
    return text.startswith(("ssh-", "sk-", "ecdsa-")) and "=" not in text and "," not in text


def _refuse(line: int, column: int, message: str, fix: str) -> NoReturn:
    raise DocumentError(message, trap="signers", fix=fix, line=line, column=column)
