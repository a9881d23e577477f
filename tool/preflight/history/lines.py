"""A change as one line of the published JSON, and read back from it.

A line is written once and kept; only what a signature is worth can change later, with the keys, and is put in when
the line is shown. JSON has no value that begins with a per cent sign, so its place cannot be mistaken.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING

from preflight.escaping import json_line
from preflight.field_changes import changes
from preflight.history import SCHEMA, Change, Commit, Seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.history import Logged, Stream
    from preflight.history.line import Event
    from preflight.model import Json, JsonObject

OPEN = b'"signature": %,'
MEMBERS = ("commit", "vendor", "kind", "field", "before", "after", "path")
COMMIT = tuple(each.name for each in fields(Commit) if each.name not in {"seal", "signature"})
_NOTHING = '"field": "", "before": null, "after": null'


def fragments(before: Json, after: Json) -> list[str]:
    """Return field, before and after of every leaf that differs, as members of an object."""
    return [_fragment(each.pointer, each.before, each.after) for each in changes(before, after)]


def whole(before: Json, after: Json) -> list[str]:
    """Return the same of a record that came or went as a whole."""
    return [_fragment("", before, after)]


def _fragment(pointer: str, before: Json, after: Json) -> str:
    return f'"field": {json_line(pointer)}, "before": {json_line(before)}, "after": {json_line(after)}'


def of_event(event: Event, found: list[str] | None) -> list[str]:
    """Return the fragments of an event; ``found``: those of the contents that it names, None where none are shown."""
    if event.kind == "renamed":
        return whole(event.note, event.path)
    if event.kind == "unreadable":
        return whole(None, event.note)
    if found is None:
        return [_NOTHING]
    return found


def written(number: int, commit: Commit, told: Iterable[tuple[Event, list[str]]]) -> bytes:
    """Return the lines of a commit, an entry each, with a comma and a line feed after each; the signature left open."""
    head, tail = _around(number, commit)
    seal = commit.seal.kind
    head += ', "signature": ' + ("%" if seal == "ssh" else json_line(seal))  # only keys can change, later
    found = ((event, fragment) for event, fragments in told for fragment in fragments)
    return "".join(f"{head}, {_about(event, fragment)}, {tail}" for event, fragment in found).encode()


def entry(logged: Logged) -> bytes:
    """Return one change as such a line, with what the signature is worth."""
    head, tail = _around(logged.number, logged.commit)
    head += f', "signature": {json_line(logged.commit.signature)}'
    change = logged.change
    return f"{head}, {_about(change, _fragment(change.field, change.before, change.after))}, {tail}".encode()


def _around(number: int, commit: Commit) -> tuple[str, str]:
    """Return what all entries of a commit begin and end with."""
    first = {"commit": commit.id, "date": commit.date, "author": commit.author, "email": commit.email}
    last: JsonObject = {"number": number}
    if commit.authored != commit.date:
        last["authored"] = commit.authored
    if commit.pull_request is not None:
        last["pull_request"] = commit.pull_request
    head, tail = (", ".join(f'"{key}": {json_line(value)}' for key, value in each.items()) for each in (first, last))
    return f"{{{head}", f'"subject": {json_line(commit.subject)}, {tail}}},\n'


def _about(told: Event | Change, fragment: str) -> str:
    return f'"vendor": {json_line(told.vendor)}, "kind": "{told.kind}", {fragment}, "path": {json_line(told.path)}'


def sealed(lines: bytes, signature: str) -> bytes:
    """Put in what the signature is worth."""
    return lines.replace(OPEN, _seal(signature)) if lines else lines


@lru_cache
def _seal(signature: str) -> bytes:
    return b'"signature": ' + json_line(signature).encode() + b","


def read(lines: bytes, stream: Stream) -> Iterator[Change]:
    """Read lines back; sealed or not does not matter."""
    for line in lines.replace(OPEN, b'"signature": "",').splitlines():
        told = json.loads(line.removesuffix(b","))
        yield Change(**{name: told[name] for name in MEMBERS}, stream=stream)


def document(head: str, streams: Iterable[tuple[Stream, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield the whole JSON, described by schemas/audit.schema.json, from the lines of each stream."""
    yield f'{{"schema": {json_line(SCHEMA)},\n"head": {json_line(head)}'.encode()
    for stream, found in streams:
        yield f',\n"{stream}": ['.encode()
        last = b""
        for lines in filter(None, found):
            yield last or b"\n"
            yield lines.removesuffix(b",\n")
            last = b",\n"
        yield b"\n]" if last else b"]"
    yield b"}\n"


def as_text(commit: Commit) -> str:
    """Write a commit down, without what its signature is worth."""
    told = {name: getattr(commit, name) for name in COMMIT}
    return json.dumps({"seal": {"kind": commit.seal.kind, "fingerprint": commit.seal.fingerprint}, **told})


def as_commit(text: str, signature: str) -> Commit:
    """Read it back."""
    told = json.loads(text)
    told["parents"] = tuple(told["parents"])
    told["trailers"] = tuple((key, value) for key, value in told["trailers"])
    told["seal"] = Seal(**told["seal"])
    told["signature"] = signature
    return Commit(**told)
