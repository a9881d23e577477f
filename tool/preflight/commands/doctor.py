"""``preflight doctor``: what protects this repository, and what does not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight import codeowners, concealment, doctor
from preflight.commands.options import format_option
from preflight.doctor import content, listing
from preflight.doctor.observed import Finding, Git, Hook, Observed, Outcome, Workflow
from preflight.errors import DocumentError, PreflightError, UsageError
from preflight.shell import documents, registry, terminal
from preflight.shell.files import Kind, WorkingTree
from preflight.shell.git import GitTree
from preflight.shell.registry import LEFTOVERS, Layout
from preflight.shell.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from preflight.commands.session import Session
    from preflight.policy import PolicyDocument
    from preflight.shell.files import Source
    from preflight.shell.repository import HookFile

SOUND, BROKEN = 0, 1
WORKFLOWS = ".github/workflows"
GITLAB_CI = ".gitlab-ci.yml"
PRE_COMMIT_CONFIG = ".pre-commit-config.yaml"
ACTION, OUR_ACTION = "action.yml", re.compile(r"^name: preflight$", re.MULTILINE)
SIGNERS = "allowed_signers"
LARGEST = 4 * 1024 * 1024  # bytes that are read of a file
MOST_WORKFLOWS = 200
OURS = (".yaml", ".yml", ".json", ".json.sig", f"/{SIGNERS}")  # endings of files that the gate reads
CANNOT_READ = "Correct it: while it cannot be read, nothing can be judged."


@click.command(short_help="Tell what protects this repository, and what does not.")
@format_option(listing.FORMATS)
@click.pass_obj
def command(session: Session, *, output: str) -> int:
    """Tell what protects this repository and what does not, each with what to do about it.

    Looks at the repository itself, CODEOWNERS, roles, keys, workflows, hooks, and what git hides or leaves out. In a
    bare repository at what the server has. What only the forge knows is named, so that somebody looks there.
    """
    if not session.root.is_dir():
        message = f"{session.root} is not a folder"
        raise UsageError(message, fix="Name the root of a registry with --root.")
    findings = doctor.examine(_observed(session))
    terminal.show(listing.FORMATS[output](findings, session.today, terminal.width()))
    return BROKEN if any(each.outcome is Outcome.PROBLEM for each in findings) else SOUND


def _observed(session: Session) -> Observed:
    """Look at everything once."""
    repository = Repository.around(session.root)
    born = repository is not None and repository.head is not None
    bare = repository is not None and repository.top is None
    at = session.at or ("HEAD" if bare else None)
    if bare and not born and session.at is None:
        return Observed(session.today, _git(repository, (), None), law=(), managed=False)
    chosen = replace(session, at=at)
    seen = _of_registry(chosen, repository.prefix if repository else "")
    seen = _with_forge(seen, _top(chosen, repository), repository)
    return replace(seen, git=_git(repository, seen.folders, (at or "HEAD") if born else None))


def _top(session: Session, repository: Repository | None) -> Source:
    """Return the files from the top of the repository on: those of the forge lie there."""
    if repository is None or repository.top is None or not repository.prefix:
        return session.source
    return WorkingTree(repository.top) if session.at is None else GitTree(repository.top, session.at)


# ---- The registry -------------------------------------------------------------------------------


def _of_registry(session: Session, prefix: str) -> Observed:
    """Return what the registry itself says: where its parts lie, its people, roles and keys."""
    faults: list[Finding] = []
    source, layout = session.source, Layout()
    found: dict[str, PolicyDocument] = {}
    try:
        layout = session.layout
        found = registry.policy_documents(source, layout)
    except PreflightError as error:
        faults.append(_unreadable(error, prefix))
    people, approvals = (found[name].value if name in found else None for name in ("people", "approvals"))
    rules = [entry.path for entry in source.entries(layout.rules) if entry.path.endswith(".yaml")]
    return Observed(
        session.today,
        prefix=prefix,
        policies=prefix + layout.policies,
        law=tuple(prefix + each for each in _law(source, layout)),
        folders=concealment.managed((layout.policies, layout.rules), (layout.vendors, layout.schema)),
        managed=layout.managed,
        schema=source.kind(layout.schema) is not None,
        rules=tuple(prefix + path for path in rules),
        people=people,
        approvals=approvals,
        signers=_text(source, f"{layout.policies}/{SIGNERS}", faults, prefix),
        unreadable=tuple(faults),
    )


def _law(source: Source, layout: Layout) -> Iterable[str]:
    """Yield what decides how a change is judged, as far as it is there: a foreign registry may have no rules."""
    for folder in dict.fromkeys((layout.policies, layout.rules)):
        inside = folder != layout.policies and folder.startswith(f"{layout.policies}/")
        if not inside and source.entries(folder):
            yield f"{folder}/"
    if source.kind(layout.schema) is not None:
        yield layout.schema


def _unreadable(error: PreflightError, prefix: str) -> Finding:
    path = prefix + error.path if error.path else ""
    return Finding("policies", Outcome.PROBLEM, error.message, error.fix or CANNOT_READ, path, error.line)


def _text(source: Source, path: str, faults: list[Finding], prefix: str = "") -> str | None:
    """Return a file as text, or None where there is none; one that is no text is told of."""
    kind = source.kind(path)
    if kind is None:
        return None
    reason = ""
    try:
        data = source.read(path, LARGEST) if kind in (Kind.FILE, Kind.EXECUTABLE) else b""
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror or error)
    else:
        reason = f"more than {LARGEST:,} bytes" if len(data) > LARGEST else ""
        reason = reason if kind in (Kind.FILE, Kind.EXECUTABLE) else f"a {kind.value}"
    if not reason:
        return text
    fix = "Make it a regular file of text."
    faults.append(Finding("files", Outcome.PROBLEM, f"cannot be read: {reason}", fix, prefix + path))
    return None


# ---- The forge ----------------------------------------------------------------------------------


def _with_forge(seen: Observed, top: Source, repository: Repository | None) -> Observed:
    """Add what is there for a forge: CODEOWNERS, workflows, other configuration."""
    faults: list[Finding] = []
    texts = {path: _text(top, path, faults) for path in (*codeowners.LOCATIONS, GITLAB_CI, PRE_COMMIT_CONFIG)}
    entries = [entry for entry in top.entries(WORKFLOWS) if entry.path.endswith((".yml", ".yaml"))]
    return replace(
        seen,
        owners={path: text for path in codeowners.LOCATIONS if (text := texts[path]) is not None},
        action=_is_ours(_text(top, ACTION, faults)),
        gitlab=texts[GITLAB_CI],
        hooks_configured=texts[PRE_COMMIT_CONFIG],
        workflows=tuple(_workflow(top, entry.path) for entry in entries[:MOST_WORKFLOWS]),
        forges=frozenset(_forges(top, repository)),
        unreadable=(*seen.unreadable, *faults),
    )


def _is_ours(action: str | None) -> bool:
    return action is not None and OUR_ACTION.search(action) is not None


def _forges(top: Source, repository: Repository | None) -> Iterable[str]:
    """Yield the forges that something here speaks of."""
    settings = repository.settings() if repository else {}
    remotes = " ".join(value for key, value in settings.items() if key.startswith("remote.") and key.endswith(".url"))
    if "github" in remotes or top.entries(".github"):
        yield "github"
    if top.kind(GITLAB_CI) is not None or "gitlab" in remotes:
        yield "gitlab"


def _workflow(top: Source, path: str) -> Workflow:
    faults: list[Finding] = []
    text = _text(top, path, faults)
    if text is None:
        return Workflow(path, None, error=faults[0].message if faults else "it is gone", line=1)
    try:
        document = documents.parse(text.encode(), max_bytes=registry.MAX_POLICY_BYTES)
    except DocumentError as error:
        return Workflow(path, None, error=error.message, line=error.line)
    return Workflow(path, document.value, document)


# ---- Git ----------------------------------------------------------------------------------------


def _git(repository: Repository | None, folders: Sequence[str], commit: str | None) -> Git | None:
    """Return what git says of the repository, beside what was committed. ``commit`` None: nothing was."""
    if repository is None:
        return None
    below = [folder or "." for folder in folders]
    probes = [*concealment.probes(folders), content.DECISION]
    return Git(
        bare=repository.top is None,
        shallow=repository.shallow,
        branch=repository.branch,
        born=repository.head is not None,
        replaced=len(repository.refs("refs/replace/")),
        grafted=repository.grafted(),
        settings=repository.settings(),
        pre_receive=_hook(repository.hook("pre-receive")),
        pre_commit=_hook(repository.hook("pre-commit")),
        untracked=tuple(_ours(repository.untracked(below))) if below else (),
        ignored=tuple(_ours(repository.untracked(below, ignored=True))) if below else (),
        ignores_decisions=repository.ignores(content.DECISION),
        attributes=repository.attributes(commit, concealment.NAMES, probes) if commit else None,
    )


def _hook(found: HookFile | None) -> Hook | None:
    return None if found is None else Hook(found.text, found.executable)


def _ours(paths: Iterable[str]) -> list[str]:
    """Return what could be a record, a policy, a schema or a decision, not what file managers and editors leave."""
    return [path for path in paths if path.endswith(OURS) and path.rpartition("/")[2] not in LEFTOVERS]
