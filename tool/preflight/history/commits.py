"""A commit, read from the object as git keeps it: nothing in it can pass for something else.

What ``git log`` prints depends on settings, and a name may hold whatever a format separates fields with.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from preflight.history import Commit

LATEST = 253_402_214_400  # the last day of the year 9999; a commit may claim to be from later
MOST_MINUTES = 24 * 60 - 1
SIGNATURES = {40: b"gpgsig", 64: b"gpgsig-sha256"}  # length of an id → the header that signs such a commit
SHOWN = 1_000  # characters of a subject

_TIME = re.compile(r"[ ]*([0-9]{1,20})[ ]*([-+][0-9]{4})?", re.ASCII)
_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,60})[ \t]*:[ \t]*(.*)", re.ASCII)
# How forges name the request in what they merge: GitHub's merge and squash, GitLab's merge, trailers of others.
_IN_SUBJECT = (
    re.compile(r"Merge pull request #([0-9]{1,9})\b", re.ASCII),
    re.compile(r".*\([#!]([0-9]{1,9})\)\s*$", re.ASCII),
)
_IN_BODY = re.compile(r"^See merge request [^\s!]*!([0-9]{1,9})\s*$", re.ASCII | re.MULTILINE)
_IN_TRAILER = re.compile(r"(?:.*/(?:pull|pulls|merge_requests)/|[#!]?)([0-9]{1,9})(?:/.*)?", re.ASCII)
_TRAILERS = frozenset({"pr-url", "pull-request", "pull-request-url", "merge-request", "reviewed-on", "pr"})


def parse(name: str, data: bytes) -> tuple[Commit, bytes, bytes]:
    """Read a commit object; return it without its seal, what was signed, and the signature (empty: none)."""
    head, gap, body = data.partition(b"\n\n")
    headers, unsigned, signature = _headers(head, SIGNATURES.get(len(name), b"gpgsig"))
    encoding = next((value.decode("ascii", "replace") for key, value in headers if key == b"encoding"), "utf-8")
    author, committer = (_person(headers, key, encoding) for key in (b"author", b"committer"))
    text = _text(body, encoding)
    subject = _subject(text)
    trailers = _trailers(text)
    commit = Commit(
        id=name,
        parents=tuple(value.decode("ascii", "replace") for key, value in headers if key == b"parent"),
        author=author[0],
        email=author[1],
        authored=author[2],
        committer=committer[0],
        committer_email=committer[1],
        date=committer[2],
        subject=subject,
        trailers=trailers,
        pull_request=_request(subject, text, trailers),
    )
    return commit, unsigned + gap + body if signature else b"", signature


def _headers(head: bytes, wanted: bytes) -> tuple[list[tuple[bytes, bytes]], bytes, bytes]:
    """Return the headers, the same text without those of signatures, and the signature."""
    found: list[tuple[bytes, bytes]] = []
    kept: list[bytes] = []
    signature: list[bytes] = []
    key = b""
    for line in head.split(b"\n"):
        folded = line.startswith(b" ")
        if not folded:
            key, _, value = line.partition(b" ")
            found.append((key, value))
        if key not in SIGNATURES.values():
            kept.append(line)
        elif key == wanted:
            signature.append(line[1:] if folded else line.partition(b" ")[2])
    return found, b"\n".join(kept), b"\n".join(signature)


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except (LookupError, ValueError):  # a name of nothing, or of something else than an encoding of text
        return data.decode("utf-8", "replace")


def _person(headers: list[tuple[bytes, bytes]], wanted: bytes, encoding: str) -> tuple[str, str, str]:
    """Return name, address and date of an author or committer; what cannot be read is empty, its date the first."""
    told = _text(next((value for key, value in headers if key == wanted), b""), encoding)
    who, _, when = told.rpartition(">")
    name, _, email = who.partition("<")
    found = _TIME.match(when)
    date = moment(int(found[1]), found[2] or "+0000") if found else moment(0, "+0000")
    return name.strip(" "), email.strip(" "), date


def moment(seconds: int, zone: str) -> str:
    """Return a claimed moment as ISO 8601, in the claimed zone; held within the years that a calendar has."""
    minutes = int(zone[1:3]) * 60 + int(zone[3:5])
    offset = timedelta(minutes=minutes if zone[0] == "+" else -minutes) if minutes <= MOST_MINUTES else timedelta()
    at = datetime.fromtimestamp(max(86_400, min(seconds, LATEST)) if seconds else 0, UTC)
    return (at if not seconds else at.astimezone(timezone(offset))).isoformat()


def _subject(text: str) -> str:
    """Return the first paragraph in one line, as git does."""
    return " ".join(line.strip() for line in text.lstrip("\n").partition("\n\n")[0].splitlines())[:SHOWN].strip()


def _trailers(text: str) -> tuple[tuple[str, str], ...]:
    """Return the trailers: the last paragraph, where each line of it is one; never the subject."""
    paragraphs = re.split(r"\n[ \t]*\n", text.strip())
    if len(paragraphs) == 1:
        return ()
    found: list[tuple[str, str]] = []
    for line in paragraphs[-1].splitlines():
        trailer = _TRAILER.fullmatch(line)
        if trailer:
            found.append((trailer[1], trailer[2].strip()))
        elif found and line[:1] in {" ", "\t"}:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        else:
            return ()
    return tuple(found)


def _request(subject: str, text: str, trailers: tuple[tuple[str, str], ...]) -> int | None:
    """Return the number of the pull or merge request, where the subject, the body or a trailer tells it."""
    for pattern in _IN_SUBJECT:
        if found := pattern.match(subject):
            return int(found[1])
    if found := _IN_BODY.search(text):
        return int(found[1])
    for key, value in trailers:
        if key.lower() in _TRAILERS and (found := _IN_TRAILER.fullmatch(value[:SHOWN])):
            return int(found[1])
    return None
