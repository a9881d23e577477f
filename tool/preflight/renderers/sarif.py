"""The report as SARIF 2.1.0, for code scanning. Limits are those that GitHub documents for uploads."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from preflight import __version__
from preflight.escaping import json_text, visible
from preflight.model import Level, Novelty, Outcome

if TYPE_CHECKING:
    from preflight.model import JsonObject, Report, Rule, Verdict

NAME = "sarif"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Level.RED_FLAG: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
BASELINE = {Novelty.NEW: "new", Novelty.KNOWN: "unchanged", Novelty.STANDS: "new"}
KINDS = {Outcome.FAIL: "fail", Outcome.WAIVED: "fail", Outcome.PASS: "pass", Outcome.NOT_APPLICABLE: "notApplicable"}
MOST_RESULTS = 25_000
MOST_TEXT = 1024


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return one run with its rules and results, worst first; what a change fixed comes last, as absent."""
    gone = report.comparison.fixed if report.comparison else ()
    shown = (*report.verdicts, *gone)[:MOST_RESULTS]
    absent = frozenset(id(each) for each in gone)
    names = sorted({verdict.rule for verdict in shown})
    index = {name: position for position, name in enumerate(names)}
    run = {
        "tool": {
            "driver": {
                "name": "preflight",
                "semanticVersion": __version__,
                "rules": [_rule(name, report.rules.get(name)) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(verdict, index[verdict.rule], absent=id(verdict) in absent) for verdict in shown],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def fingerprint(verdict: Verdict) -> str:
    """Return what makes a finding the same finding in the next run, whatever line it has moved to."""
    # Several fields can be missing in one place; only the message tells which.
    detail = f"\0{verdict.message}" if verdict.rule == "schema/required" else ""
    identity = f"{verdict.vendor}\0{verdict.rule}\0{verdict.pointer}{detail}"
    return sha256(identity.encode(errors="surrogatepass")).hexdigest()  # file names need not be Unicode


def _rule(name: str, rule: Rule | None) -> JsonObject:
    title = rule.title if rule else _form(name)
    why = rule.why if rule else "A file that cannot be read, or has another shape than agreed, cannot be judged."
    fix = rule.fix if rule else "Correct the file as the finding says."
    return {
        "id": name,
        "name": name.replace("/", "-"),
        "shortDescription": {"text": title[:MOST_TEXT]},
        "fullDescription": {"text": why[:MOST_TEXT]},
        "help": {"text": fix[:MOST_TEXT]},
        "defaultConfiguration": {"level": LEVELS[rule.level if rule else Level.RED_FLAG]},
        "properties": {"tags": ["vendor-governance", *(rule.answers if rule else ())][:10]},
    }


def _form(name: str) -> str:
    kind, _, detail = name.partition("/")
    return {
        "schema": f"The record has the agreed shape ({detail})",
        "yaml": f"The file is strict YAML ({detail})",
        "file": f"The file belongs where it lies ({detail})",
    }.get(kind, name)


def _result(verdict: Verdict, rule_index: int, *, absent: bool) -> JsonObject:
    # Brackets are links in a SARIF message (3.11.6), and a backslash takes that from them.
    said = visible(f"{verdict.message} · {verdict.fix}" if verdict.fix else verdict.message)
    text = re.sub(r"([\\\[\]])", r"\\\1", said)
    kind = "pass" if absent else KINDS[verdict.outcome]  # a finding that stands no more weighs nothing
    subject = visible(verdict.vendor + verdict.pointer)
    result: JsonObject = {
        "ruleId": verdict.rule,
        "ruleIndex": rule_index,
        "kind": kind,
        "level": LEVELS[verdict.level] if kind == "fail" else "none",
        "message": {"text": text or verdict.rule},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(verdict.path, errors="surrogatepass")},
                    "region": {"startLine": verdict.line, "startColumn": verdict.column},
                },
                "logicalLocations": [{"fullyQualifiedName": subject, "kind": "object"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint(verdict)},
    }
    if absent or verdict.change:
        result["baselineState"] = "absent" if absent or verdict.change is None else BASELINE[verdict.change]
    if verdict.outcome is Outcome.WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": f"waiver {verdict.waiver}"}]
    return result
