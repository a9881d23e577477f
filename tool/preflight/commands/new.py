"""``preflight new``: a new vendor record, by questions or by flags."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from preflight import likeness, pointers, scaffold
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge, DocumentError, UsageError
from preflight.schema_tree import Node, suggestion
from preflight.shell import documents, registry, terminal
from preflight.shell.files import write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from preflight.commands.session import Session
    from preflight.model import Json, JsonObject
    from preflight.schema import Shape

# What is asked: flag → field. Everything else is filled in afterwards, in the file.
QUESTIONS = {
    "name": ("/name", "Name of the vendor or product"),
    "category": ("/category", "Category"),
    "summary": ("/summary", "What will it be used for, in a sentence"),
    "legal_name": ("/legal_entity/name", "Registered name of the company"),
    "domain": ("/legal_entity/domains", "Its internet domain"),
    "marketing_owner": ("/ownership/marketing/owner", "Owner in marketing (id of a person)"),
    "it_owner": ("/ownership/it/owner", "Owner in IT (id of a person)"),
}
REQUIRED = ("name", "category")
STATUS, PROPOSED = "/lifecycle/status", "/lifecycle/proposed_on"


@click.command(short_help="Write the record of a new vendor, by questions or by flags.")
@click.argument("identifier", metavar="ID")
@click.option("--name", help="Name of the vendor or product.")
@click.option("--category", help="Category, for example email-marketing.")
@click.option("--summary", help="What it will be used for.")
@click.option("--legal-name", help="Registered name of the company.")
@click.option("--domain", help="Its internet domain.")
@click.option("--marketing-owner", help="Owner in marketing, by the id of a person.")
@click.option("--it-owner", help="Owner in IT, by the id of a person.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="POINTER=VALUE",
    help="Any other field, for example --set /data/classes='[personal]'. Can be given several times.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take what the flags say.")
@click.pass_obj
def command(session: Session, /, identifier: str, settings: tuple[str, ...], *, yes: bool, **flags: str | None) -> int:
    """Write vendors/ID.yaml: what you answer filled in, every other field as a comment that explains it.

    On a terminal it asks for what the flags leave open. It warns where a vendor like this one is there already.
    """
    shape = registry.load_shape(session.source, session.layout)
    node = Node(shape.schema, shape.schema)
    path = registry.record_path(session.layout, identifier)
    if (session.root / path).exists():
        message = f"{path} is there already"
        raise UsageError(message, fix="Edit it, or choose another id. An id is never reused.")
    asks = sys.stdin.isatty() and not yes
    values = _start(node, identifier, session)
    known = [name for name, (pointer, _) in QUESTIONS.items() if node.at(pointer) is not None]
    for name in known:
        answer = flags[name] or (_ask(name, node) if asks else None)
        if answer:
            pointer = QUESTIONS[name][0]
            _put(values, pointer, [answer] if node.at(pointer + "/*") is not None else answer)
    for setting in settings:
        _put(values, *_setting(setting, node))
    _demand(values, known, shape)
    if not _confirmed(session, values, shape, asks=asks):
        return 1
    text = scaffold.record(node, values, registry.shown_schema(session.source, session.layout, path))
    _prove(text, values, shape)
    write(session.root / path, text)
    terminal.show(f"{path} written. Fill in what you know, then run: preflight check {identifier}\n")
    return 0


def _start(node: Node, identifier: str, session: Session) -> JsonObject:
    values: JsonObject = {}
    defaults = {"/id": identifier, STATUS: "proposed", PROPOSED: session.today.isoformat()}
    for pointer, value in defaults.items():
        if node.at(pointer) is not None:
            _put(values, pointer, value)
    return values


def _put(values: JsonObject, pointer: str, value: Json) -> None:
    *way, last = pointers.parts(pointer)
    inside: Json = values
    for part in way:
        inside = inside.setdefault(part, {})
        if not isinstance(inside, dict):
            message = f"{pointer} cannot be set: {part} is set to a plain value already"
            raise UsageError(message, fix="Give one of the two.")
    inside[last] = value


def _ask(name: str, node: Node) -> str:
    pointer, question = QUESTIONS[name]
    field = node.at(pointer)
    allowed: Sequence[str] = field.resolved().schema.get("enum", ()) if field else ()
    default = None if name in REQUIRED else ""
    if allowed:
        click.echo(f"Known are: {', '.join(allowed)}", err=True)
    answer: str = click.prompt(question, default=default, show_default=False, err=True, value_proc=_one_of(allowed))
    return answer.strip()


def _one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    def checked(answer: str) -> str:
        if allowed and answer and answer not in allowed:
            raise click.BadParameter(did_you_mean(answer, allowed) or "that is not one of them")
        return answer

    return checked


def _setting(setting: str, node: Node) -> tuple[str, Json]:
    pointer, given, text = setting.partition("=")
    if not given or not pointer.startswith("/"):
        message = f"--set {setting!r} is not of the form /pointer=value"
        raise UsageError(message, fix="For example: --set /data/classes='[personal]'")
    if node.at(pointer) is None or re.search(r"/(\d+|\*)(/|$)", pointer):
        message = f"the schema has no field {pointer} that can be set here"
        raise UsageError(message, fix=suggestion(node, pointer))
    try:
        return pointer, documents.parse(text.encode()).value
    except DocumentError as error:
        message = f"the value of --set {pointer} cannot be read: {error.message}"
        raise UsageError(message, fix=error.fix) from None


def _demand(values: JsonObject, known: Sequence[str], shape: Shape) -> None:
    """Refuse values that the schema refuses, and name the flags of what is missing."""
    missing = [name for name in REQUIRED if name in known and pointers.get(values, QUESTIONS[name][0]) is None]
    if missing:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in missing)
        message = f"{flags} {'is' if len(missing) == 1 else 'are'} needed"
        raise UsageError(message, fix="Give the flags, or run it on a terminal to be asked.")
    for problem in shape.problems(values):
        message = f"{problem.pointer or '/'}: {problem.message}"
        raise UsageError(message, fix=f"{problem.fix} Give a field with --set /field=value.")


def _confirmed(session: Session, values: JsonObject, shape: Shape, *, asks: bool) -> bool:
    """Warn of vendors that may be the same one; on a terminal, ask whether to go on."""
    try:
        files = session.files(session.entries)
    except CannotJudge:  # the first vendor of a registry
        return True
    there = {file.id: file.document.value for file in files if file.document and shape.fits(file.document.value)}
    found = list(likeness.like(values, there, likeness.by(_overlap_policy(session), session.today)))
    for what, reason in found:
        terminal.note(f"possible {what}: {reason}")
    return not (found and asks) or click.confirm("Is it really a new vendor?", default=False, err=True)


def _overlap_policy(session: Session) -> JsonObject:
    """Return what the policy says of comparing vendors, if it can be read."""
    try:
        document = registry.policy_documents(session.source, session.layout).get("overlap")
    except CannotJudge:  # 'check' says why; a new record can be written all the same
        return {}
    return {} if document is None else dict(document.value)


def _prove(text: str, values: JsonObject, shape: Shape) -> None:
    """Read back what will be written: a scaffold that says something else than was asked is our defect."""
    back = documents.parse(text.encode()).value
    if back != values or not shape.fits(back):
        message = "the record does not read back as it was meant"
        raise AssertionError(message)
