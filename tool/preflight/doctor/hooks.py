"""What git itself enforces: hooks, and the settings of a server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preflight.doctor.observed import Finding, Outcome, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Hook, Observed

PRE_RECEIVE = "exec preflight hook pre-receive --branch {}"
INSTALL = "Write '#!/bin/sh' and '{}' into hooks/pre-receive, and make it executable: chmod +x."
TRUE = frozenset({"true", "yes", "on", "1"})

_CALL = re.compile(r"\bpreflight\b.*\bhook\s+pre-receive\b")
_BRANCH = re.compile(r"--branch(?:=|\s+)[\"']?([^\s\"']+)")
_LOST = re.compile(r"\|\|\s*(true|:|exit\s+0)\s*(;|$)|[^&]&\s*$")


def pre_receive(seen: Observed) -> Iterator[Finding]:
    """Look at the hook of a server: it is the gate, if it runs and what it says decides."""
    if seen.git is None or not seen.git.bare:
        return
    hook, line = seen.git.pre_receive, PRE_RECEIVE.format(seen.git.branch or "main")
    if hook is None:
        message = "there is no hooks/pre-receive: whoever may push may push anything"
        yield Finding("pre-receive", Outcome.PROBLEM, message, INSTALL.format(line))
    elif not hook.executable:
        message = "hooks/pre-receive is not executable, so git leaves it out without refusing anything"
        yield Finding("pre-receive", Outcome.PROBLEM, message, "Run: chmod +x hooks/pre-receive")
    elif hook.text is None:
        message = "hooks/pre-receive is a program, and whether it calls preflight cannot be seen"
        yield Finding("pre-receive", Outcome.CANNOT_TELL, message, f"See that it runs: {line}")
    else:
        yield from _called(seen.git.branch, hook.text, line)


def _called(head: str | None, text: str, line: str) -> Iterator[Finding]:
    rows = [row.strip() for row in text.replace("\\\n", " ").split("\n")]
    commands = [row for row in rows if row and not row.startswith("#")]
    at = next((index for index, row in enumerate(commands) if _CALL.search(row)), None)
    if at is None:
        message = "hooks/pre-receive does not call preflight, so nothing judges a push"
        yield Finding("pre-receive", Outcome.PROBLEM, message, f"Add the line: {line}")
        return
    call = commands[at]
    if _LOST.search(call):
        message = f"hooks/pre-receive takes no notice of what preflight says: {call}"
        yield Finding("pre-receive", Outcome.PROBLEM, message, f"Write it so that its exit code counts: {line}")
        return
    counts = call.startswith(("exec ", "if ")) or at == len(commands) - 1 or "|| exit" in call or "&&" in call
    if not counts and not any(re.match(r"set\s+-[a-z]*e", row) for row in commands):
        message = "hooks/pre-receive goes on after preflight, and its exit code may be lost"
        yield Finding("pre-receive", Outcome.ADVICE, message, "Write 'set -e' at the top, or call it last with exec.")
    guarded = _BRANCH.findall(call) or ["main"]
    if head is not None and head not in guarded and not any(name.startswith("$") for name in guarded):
        message = f"the hook guards {', '.join(guarded)}, and the branch that everybody gets is {head}"
        yield Finding("pre-receive", Outcome.PROBLEM, message, f"Guard it as well: --branch {head}")
        return
    yield ok("pre-receive", f"hooks/pre-receive judges what is pushed to {', '.join(guarded)}")


def server(seen: Observed) -> Iterator[Finding]:
    """Look at what a server refuses on its own, before any hook runs."""
    if seen.git is None or not seen.git.bare:
        return
    settings = seen.git.settings
    checked = settings.get("receive.fsckobjects", settings.get("transfer.fsckobjects", "false"))
    if checked.lower() not in TRUE:
        message = "receive.fsckObjects is not set here: objects that are broken on purpose are taken in"
        yield Finding("server", Outcome.PROBLEM, message, "Run: git config receive.fsckObjects true")
    else:
        yield ok("server", "what is pushed is checked for broken objects")
    for key, what in (("denyDeletes", "branches can be deleted"), ("denyNonFastForwards", "history can be rewritten")):
        if settings.get(f"receive.{key.lower()}", "false").lower() not in TRUE:
            message = f"receive.{key} is not set: {what}, but for the guarded ones; those of proposals as well"
            yield Finding("server", Outcome.ADVICE, message, f"If nobody needs that: git config receive.{key} true")


def pre_commit(seen: Observed) -> Iterator[Finding]:
    """Look at the hook of a clone: help before the commit, not a guard."""
    if seen.git is None or seen.git.bare:
        return
    hook = seen.git.pre_commit
    if _mentions(hook) or (hook is not None and "preflight" in (seen.hooks_configured or "")):
        yield ok("pre-commit", "what is staged is judged before each commit")
        return
    message = "no hook judges what is staged, so a red flag shows only after the push"
    if hook is not None and not hook.executable:
        message = "the hook pre-commit is not executable, so git leaves it out"
    fix = "Write '#!/bin/sh' and 'exec preflight hook pre-commit' into .git/hooks/pre-commit, executable."
    yield Finding("pre-commit", Outcome.ADVICE, message, fix)


def _mentions(hook: Hook | None) -> bool:
    return hook is not None and hook.executable and re.search(r"\bpreflight\b", hook.text or "") is not None
