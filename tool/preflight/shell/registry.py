"""A registry on its way in: preflight.yaml, the policy documents, the rules and the vendor files.

Reads and checks the form; hands everything on as values. What is wrong with a vendor file is a finding
about that vendor. What is wrong with the rules or the policies stops the run: nothing can be judged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from preflight import pointers, policy
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge, DocumentError, PreflightError, UsageError
from preflight.model import Json, JsonObject, Position, Problem
from preflight.policy import Policy, PolicyDocument
from preflight.schema import Shape
from preflight.shell import documents, starter
from preflight.shell.files import MAX_FILES, Entry, Kind, Source, matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.shell.placed import Document, Light

CONFIG = "preflight.yaml"
VENDORS = "vendors/*.yaml"
KINDS = tuple(  # policies/NAME.yaml ↔ its schema
    "alignment approvals calendar checklist contract levels lifecycle limits overlap ownership people rates "  # noqa: SIM905 - a list of them would fill the page
    "requirements risk systems waivers".split()
)
EXAMPLE = "example"  # policies/example.yaml, of the shape of a vendor record
RULE_PATH = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*\.yaml")
RECORD_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")
NOT_POLICIES = frozenset({"README.md", "allowed_signers"})
DECISION = re.compile(r"vendors/decisions/[a-z0-9-]+/\d{4}-\d{2}-\d{2}-[a-z0-9-]+-[0-9a-f]{8}\.json(\.sig)?", re.ASCII)
LEFTOVERS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep"})  # of file managers, and of git
OTHER_ENDING = re.compile(r"\.(?!yaml$)(?i:ya?ml)$")
MAX_ID = 63
RESERVED = "policies"  # whom amendments are about, instead of a vendor
MAX_POLICY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a registry keeps its parts: preflight.yaml with its defaults filled in."""

    vendors: str = VENDORS
    schema: str = "schemas/vendor.schema.json"
    rules: str = "policies/rules"
    policies: str = "policies"
    id: str = ""
    managed: bool = True  # whether the vendors folder is preflight's own, so that nothing else may lie in it


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One vendor file, read: its record, or the problems that make it unreadable."""

    id: str
    path: str
    document: Document | Light | None
    problems: tuple[Problem, ...] = ()


def layout(source: Source) -> Layout:
    """Read preflight.yaml, where there is one."""
    strays = [name for name in ("preflight.yml", "preflight.json") if source.kind(name) is not None]
    if strays or (source.kind(CONFIG) is None and source.entries(CONFIG)):
        stray = strays[0] if strays else f"{CONFIG}/"
        message = f"{stray} is not read; the configuration is a file {CONFIG}"
        raise CannotJudge(message, path=stray, fix=f"Rename it to {CONFIG}, or move it away.")
    given = _configured(_document(source, CONFIG, "preflight")) if source.kind(CONFIG) is not None else {}
    where = Layout(**given)
    # A folder without our schema is somebody else's: its names are not ours to judge.
    return replace(where, managed=where.vendors == VENDORS and source.kind(where.schema) is not None)


def _configured(document: PolicyDocument) -> JsonObject:
    for key, value in document.value.items():
        if ".." in value.split("/"):
            place = document.positions.position(f"/{key}")
            message = f"{value} leads out of the registry"
            fix = "Name a path below the root."
            raise CannotJudge(message, fix=fix, path=document.path, line=place.line, column=place.column)
    # One way of writing each path, so that every source finds the same: './vendors/' is 'vendors'.
    paths = {
        key: "/".join(part for part in value.split("/") if part not in ("", "."))
        for key, value in document.value.items()
    }
    return {**paths, **({"id": document.value["id"]} if "id" in document.value else {})}


# ---- Policies: anything wrong stops the run -----------------------------------------------------


def load_policy(source: Source, where: Layout) -> Policy:
    """Read schema, rules and policy documents, and compile them. Raises CannotJudge."""
    shape = load_shape(source, where)
    return policy.build(shape, _rules(source, where), policy_documents(source, where, shape))


def load_shape(source: Source, where: Layout) -> Shape:
    """Read and compile the schema of vendor records. Raises CannotJudge."""
    return Shape(_schema(source, where.schema), where.schema)


def policy_documents(source: Source, where: Layout, shape: Shape | None = None) -> dict[str, PolicyDocument]:
    """Read the policy documents that lie directly in the policies folder, by name."""
    found: dict[str, PolicyDocument] = {}
    for entry in source.entries(where.policies):
        name = entry.path.removeprefix(where.policies + "/")
        apart = entry.path in (where.schema, CONFIG) or entry.path.startswith((where.rules + "/", "vendors/"))
        if apart or name in NOT_POLICIES or name.rpartition("/")[2] in LEFTOVERS:
            continue
        stem = name.removesuffix(".yaml") if entry.kind is Kind.FILE else ""
        if stem == EXAMPLE and shape is not None:
            found[EXAMPLE] = _example(source, entry.path, shape)
        elif stem in KINDS:
            found[stem] = _document(source, entry.path, stem)
        elif stem != EXAMPLE:
            message = "this is not a policy document that preflight knows, so it would change nothing"
            fix = (
                did_you_mean(name.partition(".")[0], KINDS)
                or f"Known are: {', '.join(f'{kind}.yaml' for kind in KINDS)}."
            )
            raise CannotJudge(message, path=entry.path, fix=fix)
    return found


def _rules(source: Source, where: Layout) -> dict[str, PolicyDocument]:
    found: dict[str, PolicyDocument] = {}
    for entry in source.entries(where.rules):
        name = entry.path.removeprefix(where.rules + "/")
        if name.rpartition("/")[2] in {"README.md", *LEFTOVERS}:
            continue
        if not RULE_PATH.fullmatch(name) or entry.kind is not Kind.FILE:
            message = "this file in the rules folder is not a rule, so it would check nothing"
            fix = "A rule is a regular file <domain>/<rule>.yaml, in lower case with hyphens."
            raise CannotJudge(message, path=entry.path, fix=fix)
        found[name.removesuffix(".yaml")] = _document(source, entry.path, "rule")
    if not found:
        message = "there are no rules, so nothing would be checked"
        fix = (
            "Write a first rule ('preflight init' writes many into a new folder, to copy from), or name their folder "
            "with 'rules' in preflight.yaml."
        )
        raise CannotJudge(message, path=where.rules, fix=fix)
    return found


def _example(source: Source, path: str, shape: Shape) -> PolicyDocument:
    document = _parsed(source, path)
    record = policy.example_parts(document.value)[0] if isinstance(document.value, dict) else document.value
    _refuse_misshapen(shape.problems(record, document), path)
    return PolicyDocument(path, document.value, document)


def _document(source: Source, path: str, kind: str) -> PolicyDocument:
    return _shaped(source, path, starter.shape(kind))


def _shaped(source: Source, path: str, shape: Shape) -> PolicyDocument:
    document = _parsed(source, path)
    _refuse_misshapen(shape.problems(document.value, document), path)
    return PolicyDocument(path, document.value, document)


def _refuse_misshapen(problems: Sequence[Problem], path: str) -> None:
    if problems:
        first = problems[0]
        more = f" (and {len(problems) - 1} more in this file)" if len(problems) > 1 else ""
        place = first.position
        raise CannotJudge(first.message + more, path=path, line=place.line, column=place.column, fix=first.fix)


def _parsed(source: Source, path: str) -> Document:
    try:
        return documents.parse(_bytes(source, path), max_bytes=MAX_POLICY_BYTES)
    except DocumentError as error:
        raise CannotJudge(error.message, path=path, line=error.line, column=error.column, fix=error.fix) from None


def _bytes(source: Source, path: str) -> bytes:
    try:
        return source.read(path, MAX_POLICY_BYTES)
    except OSError as error:
        message = f"this file cannot be read: {error.strerror or error}"
        raise CannotJudge(message, path=path, fix="Make it a regular, readable file.") from None


def _schema(source: Source, path: str) -> Json:
    if source.kind(path) is None:
        message = "there is no schema of vendor records"
        fix = "Name one with 'schema' in preflight.yaml, or start with 'preflight init'."
        raise CannotJudge(message, path=path, fix=fix)
    if not path.endswith(".json"):
        return _parsed(source, path).value
    try:
        return json.loads(_bytes(source, path), object_pairs_hook=_unique)
    except PreflightError as error:
        raise error.located(path) from None
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        message = f"this is not JSON: {getattr(error, 'msg', error)}"
        raise CannotJudge(message, path=path, line=line, column=column, fix="Correct the schema.") from None


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    found: JsonObject = {}
    for key, value in pairs:
        if key in found:
            message = f"the key {key!r} stands twice in one object"
            raise CannotJudge(message, fix="Keep one of the two.")
        found[key] = value
    return found


# ---- Vendor files: anything wrong is a finding about that file ----------------------------------


def record_entries(source: Source, where: Layout) -> list[Entry]:
    """Return the entries that are, or pretend to be, vendor files. Raises CannotJudge where there are none."""
    if re.search(r"[{}\[\]]", where.vendors):
        message = f"the pattern {where.vendors} has brackets or braces, which match nothing"
        raise CannotJudge(message, path=CONFIG, fix="Use *, ** and ? in 'vendors'.")
    named = matching(source, where.vendors)
    if where.vendors.endswith(".yaml"):  # a record with another ending would go unjudged without a word
        others = matching(source, where.vendors.removesuffix(".yaml") + ".*")
        named += [entry for entry in others if OTHER_ENDING.search(entry.path) and entry not in named]
    if where.managed:
        named = [entry for entry in source.entries("vendors") if not is_decision(entry)]
    named = [entry for entry in named if entry.path.rpartition("/")[2] not in LEFTOVERS]
    if not any(entry.kind is Kind.FILE for entry in named):
        message = f"no vendor file matches {where.vendors}, so nothing would be checked"
        fix = "Add a record with 'preflight new', or correct 'vendors' in preflight.yaml. See also --root."
        raise CannotJudge(message, fix=fix)
    if len(named) > MAX_FILES:
        message = f"{len(named):,} vendor files; at most {MAX_FILES:,} are read"
        raise CannotJudge(message, fix="Split the registry.")
    return named


def record_path(where: Layout, identifier: str) -> str:
    """Return where the record of a new vendor belongs. Raises UsageError for an id that cannot be a file name."""
    if not RECORD_NAME.fullmatch(f"{identifier}.yaml") or len(identifier) > MAX_ID or identifier == RESERVED:
        message = f"{identifier!r} cannot be an id"
        raise UsageError(message, fix=f"Use lower case letters, digits and hyphens, at most {MAX_ID} characters.")
    folder, _, name = where.vendors.rpartition("/")
    if "*" in folder or not name.startswith("*."):
        message = f"it is not clear in which folder of {where.vendors} a new record belongs"
        raise UsageError(message, fix="Write the file by hand.")
    return f"{folder}/{identifier}{name[1:]}" if folder else identifier + name[1:]


def shown_schema(source: Source, layout: Layout, path: str) -> str:
    """Return the path from a record to the schema that editors read: the one with more to show, where it is there."""
    editor = layout.schema.replace("schemas/", "schemas/editor/", 1)
    return "../" * path.count("/") + (editor if source.kind(editor) is not None else layout.schema)


def is_decision(entry: Entry) -> bool:
    """Whether that is a file with the name of a decision, or of its signature."""
    return entry.kind is Kind.FILE and DECISION.fullmatch(entry.path) is not None


def stem(path: str) -> str:
    """Return the name of a file without folder and ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def read_record(source: Source, entry: Entry, where: Layout) -> RecordFile:
    """Read one vendor file. Whatever is wrong with its form comes back as problems."""
    if problem := _misplaced(entry, where):
        return RecordFile(stem(entry.path), entry.path, None, (problem,))
    try:
        document = documents.parse(source.read(entry.path, documents.MAX_BYTES))
    except DocumentError as error:
        place = Position(error.line, error.column)
        problem = Problem(f"yaml/{error.trap}", error.message, error.fix, "", place)
        return RecordFile(stem(entry.path), entry.path, None, (problem,))
    except OSError as error:
        problem = Problem("file/unreadable", f"the file cannot be read: {error.strerror or error}", "Make it readable.")
        return RecordFile(stem(entry.path), entry.path, None, (problem,))
    identifier, problems = _identity(document, entry.path, where)
    return RecordFile(identifier, entry.path, document, problems)


def _misplaced(entry: Entry, where: Layout) -> Problem | None:
    if entry.kind is not Kind.FILE:
        message = f"this is a {entry.kind.value}; a vendor record is a regular file"
        bit = entry.kind is Kind.EXECUTABLE
        fix = "Take the bit away: chmod -x." if bit else "Replace it by a file that holds the record itself."
        return Problem("file/kind", message, fix)
    if where.vendors.endswith(".yaml") and (ending := OTHER_ENDING.search(entry.path)):
        message = f"this file ends in {ending.group()}, and {where.vendors} reads only .yaml"
        return Problem("file/name", message, "Rename it, or move it away: it would not be judged.")
    if where.managed and stem(entry.path) == RESERVED:
        message = f"no vendor can be called {RESERVED}: decisions on the policies themselves are kept under that name"
        return Problem("file/name", message, "Give the vendor another id.")
    if where.managed and not RECORD_NAME.fullmatch(entry.path.removeprefix("vendors/")):
        message = "this file does not belong here: vendors/ holds only <id>.yaml and decisions/"
        return Problem(
            "file/name", message, "Name it in lower case letters, digits and hyphens, ending in .yaml, or move it away."
        )
    return None


def _identity(document: Document, path: str, where: Layout) -> tuple[str, tuple[Problem, ...]]:
    """Return a record's id, and what is wrong with it. In our own layout the id has to be the file's name."""
    pointer = where.id or "/id"
    named = pointers.get(document.value, pointer)
    if isinstance(named, str) and re.fullmatch(r"[^\s/]{1,100}", named):
        if not where.id and where.managed and named != stem(path):
            message = f"the id is {named!r} and the file is {stem(path)}.yaml; both have to be the same"
            fix = f"Write id: {stem(path)}, or rename the file if it is new. An id never changes."
            return stem(path), (Problem("file/id", message, fix, pointer, document.position(pointer)),)
        return named, ()
    if where.id:
        message = f"there is no usable id at {where.id}"
        return stem(path), (
            Problem("file/id", message, "Fill it in, without spaces or slashes.", "", document.position(pointer)),
        )
    return stem(path), ()
