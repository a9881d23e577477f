"""Traceability: which rules and fields answer which requirement. Generated from the policy, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.schema_tree import Node

if TYPE_CHECKING:
    from preflight.model import JsonObject
    from preflight.policy import Policy


PLANNED = "planned:"


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement and what answers it. ``lacks`` says what is missing; empty: it is covered."""

    id: str
    title: str
    rules: tuple[str, ...]
    fields: tuple[str, ...]
    lacks: str
    answered_by: str = ""  # a command, a page, or what is planned

    @property
    def planned(self) -> bool:
        """Whether nothing answers it yet but a plan."""
        return not self.rules and not self.fields and self.answered_by.startswith(PLANNED)


def rows(policy: Policy) -> tuple[Row, ...]:
    """Return one row a requirement, in the order of policies/requirements.yaml, then ids that only rules know."""
    checklist: JsonObject = policy.documents["checklist"].value
    fields = {
        question["id"]: tuple(question["fields"]) for domain in checklist["domains"] for question in domain["questions"]
    }
    wanted = {each["id"]: each for each in policy.documents["requirements"].value["requirements"]}
    found: dict[str, list[str]] = {}
    for compiled in policy.rules:
        for answer in compiled.rule.answers:
            found.setdefault(answer, []).append(compiled.rule.id)
    known = [_row(policy, each, tuple(found.get(name, ())), fields.get(name, ())) for name, each in wanted.items()]
    strangers = sorted((set(found) | set(fields)) - set(wanted))
    return (*known, *(Row(name, "", tuple(found.get(name, ())), (), _stranger(name)) for name in strangers))


def _row(policy: Policy, wanted: JsonObject, rules: tuple[str, ...], fields: tuple[str, ...]) -> Row:
    name, told = wanted["id"], wanted.get("answered_by", "")
    node = Node(policy.shape.schema, policy.shape.schema)
    unknown = [field for field in fields if node.at(field) is None]
    lacks = ""
    # A question is answered by fields, a red flag or a line of the screening by a rule that judges it, and
    # everything else by a rule, a command or a page.
    if unknown:
        lacks = f"the schema does not know {', '.join(unknown)}"
    elif name.startswith("C") and not fields:
        lacks = "no question of the checklist has this id"
    elif not name.startswith("C") and not rules and not told:
        lacks = "no rule answers it"
    return Row(name, wanted["title"], rules, fields, lacks, told)


def _stranger(name: str) -> str:
    return f"{name} is not in requirements.yaml"
