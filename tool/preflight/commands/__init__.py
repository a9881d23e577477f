"""One module a command: read, call what decides, show, return a code. Listed by name in COMMANDS."""

from __future__ import annotations

# Name → module; imported only when called, so that no command pays for another.
COMMANDS = {
    "check": "check",
    "explain": "explain",
    "init": "init",
    "new": "new",
    "intake": "intake",
    "approve": "approve",
    "waive": "waive",
    "revoke": "revoke",
    "decisions": "decisions",
    "inventory": "inventory",
    "due": "due",
    "watch": "watch",
    "impact": "impact",
    "overlap": "overlap",
    "assess": "assess",
    "audit": "audit",
    "policy": "policy",
    "hook": "hook",
    "codeowners": "codeowners",
    "doctor": "doctor",
    "completion": "completion",
}

# Commands that take ``given.Given`` instead of a session: most of them need nothing that judges, and start quickly.
LIGHT = frozenset({"audit"})
