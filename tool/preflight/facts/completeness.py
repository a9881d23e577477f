"""How much of the checklist is answered, per domain. Unknown never counts as answered; not applicable is left out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from preflight.pointers import child, chosen, parts

if TYPE_CHECKING:
    from preflight.model import Context, Json, JsonObject

NAME = "completeness"
INPUTS = ("/integration", "/security", "/governance", "/scalability", "/stability", "/not_applicable")
POLICIES = ("checklist",)
DOMAINS = ("integration", "security", "governance", "scalability", "stability")
_COUNT = {"type": "integer"}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "excused": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Ids of the questions that the record says do not apply, with a reason.",
        },
    }
    | {
        name: {
            "type": "object",
            "properties": {
                "answered": {**_COUNT, "description": "Questions with an answer."},
                "applicable": {**_COUNT, "description": "Questions that apply."},
                "percent": {**_COUNT, "description": "Answered among applicable, rounded down: 100 means all."},
                "open": {"type": "array", "items": {"type": "string"}, "description": "Ids of the open questions."},
            },
        }
        for name in DOMAINS
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return the completeness of each domain of policies/checklist.yaml."""
    excused = excuses(record)
    domains = context.policies["checklist"]["domains"]
    return {"excused": list(excused), **{domain["name"]: _domain(record, domain, excused) for domain in domains}}


def _domain(record: JsonObject, domain: JsonObject, excused: dict[str, str]) -> JsonObject:
    applicable = [question for question in domain["questions"] if question["id"] not in excused]
    unanswered = [question["id"] for question in applicable if not answered(record, question)]
    count, total = len(applicable) - len(unanswered), len(applicable)
    return {
        "answered": count,
        "applicable": total,
        "percent": 100 * count // total if total else 100,
        "open": unanswered,
    }


def overall(record: JsonObject, checklist: JsonObject) -> int:
    """Return the share of all applicable questions that are answered, in percent, rounded down."""
    excused = excuses(record)
    domains = [_domain(record, domain, excused) for domain in checklist["domains"]]
    total = sum(domain["applicable"] for domain in domains)
    return 100 * sum(domain["answered"] for domain in domains) // total if total else 100


def excuses(record: JsonObject) -> dict[str, str]:
    """Return the questions that do not apply, each with its reason."""
    return {entry["question"]: entry["reason"] for entry in record.get("not_applicable", ())}


def answered(record: JsonObject, question: JsonObject) -> bool:
    """Whether every field of a question is known. A field with ``*`` has to be known in every entry of its list."""
    return all(_known(record, _steps(field)) for field in question["fields"])


_steps = cache(parts)  # every record is asked for the same fields


def _known(value: Json, steps: tuple[str, ...]) -> bool:
    for done, step in enumerate(steps):
        if step.startswith("["):  # an entry of that kind has to be there
            return any(_known(item, steps[done + 1 :]) for _, item in chosen(value, step))
        if step == "*":  # a list that is known and has no entries is an answer, too
            return not isinstance(value, list) or all(_known(item, steps[done + 1 :]) for item in value)
        value = child(value, step)
        if value is None:
            return False
    return value is not None
