"""The trust root: every file by which the gate judges, listed with its mode and the digest of its content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from preflight.errors import CannotJudge
from preflight.shell.files import Entry, Kind
from preflight.shell.registry import CONFIG, Layout, layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preflight.decisions.amendment import Listing
    from preflight.shell.files import Source

# Beside policies and schemas: what runs the gate, who is asked to review, and what git does with files. A folder with
# the name of the configuration would stop the gate.
FOLDERS = (
    *(".github", ".gitlab", ".gitea", ".forgejo", ".bitbucket", ".circleci", ".woodpecker", ".buildkite"),
    *(".semaphore", ".tekton", ".zuul.d", ".builds", ".azure-pipelines", ".teamcity", "zuul.d", "bamboo-specs"),
    *(
        ".agola",
        ".azuredevops",
        ".buddy",
        ".ci",
        ".crow",
        ".dagger",
        ".harness",
        ".jenkins",
        ".lighthouse",
        ".pipelines",
    ),
    *(".prow", ".radicle", ".tangled", ".githooks", ".husky", ".trunk", ".aviator", ".gitstream", ".mergify", ".drone"),
    *(".config", "schemas", CONFIG),
)
LEFTHOOK = ("yml", "yaml", "toml", "json")
# What is called nearly like the configuration stops the gate, so it does not get in without two owners either.
FILES = (
    CONFIG,
    "preflight.yml",
    "preflight.json",
    ".gitattributes",
    ".gitmodules",
    ".mailmap",
    ".gitlab-ci.yml",
    ".woodpecker.yml",
    ".woodpecker.yaml",
    ".drone.yml",
    ".drone.yaml",
    ".drone.jsonnet",
    ".drone.star",
    ".travis.yml",
    *(f".vela.{kind}" for kind in ("yml", "yaml", "star", "py")),
    "wercker.yml",
    ".appveyor.yml",
    "appveyor.yml",
    ".cirrus.yml",
    ".cirrus.star",
    "bitrise.yml",
    "action.yml",
    "action.yaml",
    ".build.yml",
    ".lfsconfig",
    *(f"{dot}lefthook{local}.{kind}" for dot in ("", ".") for local in ("", "-local") for kind in LEFTHOOK),
    ".zuul.yaml",
    "zuul.yaml",
    "buildspec.yml",
    "cloudbuild.yaml",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    ".onedev-buildspec.yml",
    ".taskcluster.yml",
    ".prow.yaml",
    *(f".{name}.{kind}" for name in ("gocd", "evergreen", "crow") for kind in ("yml", "yaml")),
    *("buddy.yml", "circle.yml", "shippable.yml", "codeship-services.yml", "codeship-steps.yml", "dagger.json"),
    *("cloudbuild.yml", "cloudbuild.json", "buildspec.yaml", ".gitlab-ci.yaml", ".overcommit.yml"),
    "codefresh.yml",
    "codemagic.yaml",
    "screwdriver.yaml",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "prek.toml",
    # What merges by itself, and who is asked.
    ".mergify.yml",
    *(".pullapprove.yml", ".bulldozer.yml", ".reviewpad.yml", "reviewpad.yml", "OWNERS", "OWNERS_ALIASES"),
    "bors.toml",
    ".kodiak.toml",
    ".policy.yml",
    "CODEOWNERS",
    "docs/CODEOWNERS",
)
MODES = {Kind.FILE: "100644", Kind.EXECUTABLE: "100755", Kind.LINK: "120000"}
MAX_BYTES = 16 * 1024 * 1024


def holds(path: str, where: Layout) -> bool:
    """Whether a path belongs to the trust root."""
    folders = (where.policies, where.rules, *FOLDERS)
    return path in (*FILES, *folders, where.schema) or path.startswith(tuple(f"{folder}/" for folder in folders))


def listing(source: Source, where: Layout) -> Listing:
    """Return mode and sha256 of every file of the trust root, by path. Raises CannotJudge."""
    return {entry.path: (_mode(entry), _digest(source, entry)) for entry in _entries(source, where)}


def proposed(source: Source, where: Layout) -> Listing:
    """Return the same of what a change makes of the trust root of a layout: also where the change moves it to.

    Raises CannotJudge.
    """
    return {**listing(source, where), **listing(source, layout(source))}


def elsewhere(listed: Listing, paths: Iterable[str]) -> list[str]:
    """Return those of the paths that are links or submodules: what they lead to is not in the listing."""
    files = {MODES[Kind.FILE], MODES[Kind.EXECUTABLE]}
    return [path for path in paths if path in listed and listed[path][0] not in files]


def _entries(source: Source, where: Layout) -> Iterable[Entry]:
    folders = {*FOLDERS, where.policies, where.rules}
    found = {entry.path: entry for folder in folders for entry in source.entries(folder)}
    for path in (*FILES, where.schema):
        kind = source.kind(path)
        if kind is not None and path not in found:
            found[path] = Entry(path, kind)
    return [entry for entry in found.values() if holds(entry.path, where) and entry.kind is not Kind.FOLDER]


def _mode(entry: Entry) -> str:
    return MODES.get(entry.kind, "160000")


def _digest(source: Source, entry: Entry) -> str:
    """Return the digest of a file; of what is no file, the kind says enough: a change may not bring one."""
    if entry.kind not in {Kind.FILE, Kind.EXECUTABLE}:
        return hashlib.sha256(entry.kind.value.encode("ascii")).hexdigest()
    try:
        data = source.read(entry.path, MAX_BYTES)
    except OSError as error:
        message = f"this file cannot be read: {error.strerror or error}"
        raise CannotJudge(message, path=entry.path, fix="Make it a regular, readable file.") from None
    if len(data) > MAX_BYTES:
        message = f"more than {MAX_BYTES:,} bytes are not read"
        raise CannotJudge(message, path=entry.path, fix="Shorten it.")
    return hashlib.sha256(data).hexdigest()
