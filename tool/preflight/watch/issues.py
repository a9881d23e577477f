"""The issues that are there already, as ``gh issue list`` prints them: untrusted, but for the author and the marker.

Anybody can write an issue, and put our marker into it. So only those count that our own account wrote and that have
the label; what people write below them, or in their titles, is not read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from preflight.errors import UsageError
from preflight.model import REGISTRY

if TYPE_CHECKING:
    from preflight.model import Json

FIELDS = "number,title,body,state,author,labels"
LABEL = "preflight"
AUTHOR = "github-actions"
STATES = {"OPEN": True, "CLOSED": False}
LARGEST = 2**53  # numbers beyond it are not the same to every program
_MARKER = re.compile(r"<!-- preflight:([A-Za-z0-9._~()%-]+):([a-z-]+) -->", re.ASCII)
_PLAIN = REGISTRY.replace("registry", "")  # the brackets


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an issue is about: a vendor (or REGISTRY), and the kind of thing."""

    vendor: str
    kind: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of ours. ``open`` False: somebody, or we, closed it."""

    number: int
    subject: Subject
    title: str
    body: str
    open: bool


def marker(subject: Subject) -> str:
    """Return the first line of an issue about ``subject``, by which it is found again; readers do not see it."""
    return f"<!-- preflight:{quote(subject.vendor, safe=_PLAIN, errors='backslashreplace')}:{subject.kind} -->"


def marked(body: str) -> Subject | None:
    """Return what the first line of an issue says that it is about; the lines below it are not looked at."""
    found = _MARKER.fullmatch(body.partition("\n")[0].rstrip("\r"))
    return Subject(unquote(found.group(1), errors="replace"), found.group(2)) if found else None


def read(text: str, author: str) -> tuple[tuple[Issue, ...], int]:
    """Return our issues, and how many there are that have the label and are not ours.

    ``text`` is what ``gh issue list --label preflight --state all --json FIELDS`` prints. Raises UsageError.
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("it is not JSON") from None
    if not isinstance(listed, list):
        raise _refused("it is not a list")
    ours: list[Issue] = []
    strange = 0
    for each in listed:
        number, title, body = _number(each), _text(each, "title"), _text(each, "body")
        subject = marked(body)
        if not _labelled(each):
            continue
        if not _written_by(each, author):
            strange += 1
        elif subject is not None:
            ours.append(Issue(number, subject, title, body, STATES[_text(each, "state", STATES)]))
    return tuple(sorted(ours, key=lambda issue: issue.number)), strange


def _number(issue: Json) -> int:
    number = issue.get("number") if isinstance(issue, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < LARGEST:
        raise _refused("an entry has no number")
    return number


def _text(issue: Json, name: str, allowed: dict[str, bool] | None = None) -> str:
    value = issue.get(name)
    if not isinstance(value, str) or (allowed is not None and value not in allowed):
        message = f"the {name} of issue {issue['number']} is missing"
        raise _refused(message)
    return value


def _labelled(issue: Json) -> bool:
    labels = issue.get("labels")
    if not isinstance(labels, list) or not all(isinstance(each, dict) for each in labels):
        message = f"the labels of issue {issue['number']} are missing"
        raise _refused(message)
    return any(each.get("name") == LABEL for each in labels)


def _written_by(issue: Json, author: str) -> bool:
    """Whether the account wrote it, which is a program's: no person can have an account of that kind."""
    wrote = issue.get("author")
    if not isinstance(wrote, dict) or not isinstance(wrote.get("login"), str):
        message = f"the author of issue {issue['number']} is missing"
        raise _refused(message)
    login: str = wrote["login"]
    return wrote.get("is_bot") is True and login.removeprefix("app/").removesuffix("[bot]") == author


def _refused(why: str) -> UsageError:
    message = f"this is not a list of issues: {why}"
    fix = f"Let gh write it: gh issue list --label {LABEL} --state all --limit 5000 --json {FIELDS}"
    return UsageError(message, fix=fix)
