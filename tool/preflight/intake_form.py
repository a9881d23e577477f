"""The form by which anybody proposes a vendor: its questions, and the file from which a forge draws it.

The questions are few and fixed; their explanations and the answers to choose from come from the schema and the
policies of the registry. A field that the schema does not have is not asked for. What reads the answers
(importers/issue_form.py) asks for the same questions, so that form and reader cannot part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import yaml

from preflight.schema_tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from preflight.model import Json, JsonObject

PATH = ".github/ISSUE_TEMPLATE/vendor-proposal.yml"
LABEL = "vendor-proposal"
MOST_OPTIONS = 200  # more cannot be found in a list; then the id is asked for
WIDTH = 110
SUBSCRIPTION = "/contract/subscriptions/0"
CERTIFICATIONS = "/security/certifications"


class Kind(Enum):
    """How an answer is read."""

    TEXT = "text"  # taken as it is
    CODES = "codes"  # short names, with commas or spaces between them
    ROWS = "rows"  # one entry a line: name, and behind a colon why not
    AMOUNT = "amount"
    WHOLE = "whole"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose: what it says, and the value it puts at a pointer; ``adds``: into the list there."""

    label: str
    pointer: str
    value: Json
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``label`` is its heading in the issue; ``long``: the answer may have several lines."""

    id: str
    label: str
    pointer: str
    about: str
    kind: Kind = Kind.TEXT
    options: tuple[Option, ...] = ()
    several: bool = False
    long: bool = False
    required: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together, under a title."""

    title: str
    about: str
    questions: tuple[Question, ...]


# Where ``about`` is empty, the schema's own description is taken.
_BASICS = (
    Question("name", "Name of the vendor or product", "/name", "", required=True),
    Question("category", "Category", "/category", "", Kind.CHOICE, required=True),
    Question("summary", "What will it be used for", "/summary", "", long=True, required=True),
    Question(
        "alternatives",
        "Alternatives considered",
        "/lifecycle/alternatives",
        "What else was looked at, one a line. Behind a colon: why it was not chosen.",
        Kind.ROWS,
        long=True,
        example="Keep the present tool: it cannot send text messages",
    ),
    Question(
        "legal-entity",
        "Registered name of the company",
        "/legal_entity/name",
        "The name in the company register, as it stands on the offer.",
    ),
    Question(
        "domain",
        "Domain of its website",
        "/legal_entity/domains",
        "Only the domain, without https:// and without a path.",
        Kind.CODES,
        example="vendor.example",
    ),
)
_PEOPLE = (
    Question(
        "marketing-owner",
        "Owner in marketing",
        "/ownership/marketing/owner",
        "Who in marketing answers for it.",
        required=True,
    ),
    Question("it-owner", "Owner in IT", "/ownership/it/owner", "Who in IT looks after it. Leave it open if nobody is."),
    Question("team", "Team", f"{SUBSCRIPTION}/team", "The team that will use it and pay for it."),
)
_MONEY = (
    Question("product", "Product or plan", f"{SUBSCRIPTION}/product", "What exactly is bought, as on the offer."),
    Question("price", "Price", f"{SUBSCRIPTION}/price/amount", "", Kind.AMOUNT, example="48000"),
    Question("currency", "Currency", f"{SUBSCRIPTION}/price/currency", "The currency of the price."),
    Question("period", "The price is per", f"{SUBSCRIPTION}/per", "", Kind.CHOICE),
    Question("starts", "First day of the term", f"{SUBSCRIPTION}/starts", "As YYYY-MM-DD.", Kind.DATE),
    Question("ends", "Last day of the term", f"{SUBSCRIPTION}/ends", "As YYYY-MM-DD.", Kind.DATE),
    Question(
        "region",
        "Region of use",
        f"{SUBSCRIPTION}/region",
        "Where it will be used: one short name in lower case.",
        example="emea",
    ),
)
_DATA = (
    Question("data-classes", "Data classes", "/data/classes", "", Kind.CHOICE, several=True),
    Question("residency", "Countries of storage", "/data/residency", "", Kind.CODES, example="DE, IE"),
    Question("hosting-regions", "Hosting regions", "/data/regions", "", Kind.CODES, example="eu-central"),
)
_SECTIONS = (
    Section("What it is", "", _BASICS),
    Section("Who answers for it", "", _PEOPLE),
    Section("What it costs", "From the offer. Leave open what has not been offered yet.", _MONEY),
    Section("Which data it gets", "", _DATA),
)
# The lines of the initial screening and the fields by which a proposer can answer them.
_SCREENING: Mapping[str, tuple[str, ...]] = {
    "Q1.1": ("/integration/api/documentation/complete", "/integration/api/versioned"),
    "Q1.2": (
        "/integration/connectors/erp",
        "/integration/connectors/crm",
        "/integration/connectors/identity_provider",
    ),
    "Q1.4": ("/integration/events/webhooks", "/integration/events/streaming"),
    "Q2.3": ("/security/access/sso",),
    "Q2.4": ("/security/incident_response/plan",),
    "Q3.1": ("/governance/audit_trail/available", "/governance/audit_trail/detail"),
    "Q3.2": ("/governance/reconciliation/with_finance",),
    "Q3.3": ("/governance/lineage/documented", "/governance/lineage/impact_analysis"),
    "Q3.4": ("/governance/quality/validation",),
    "Q4.1": ("/scalability/disaster_recovery/exists",),
    "Q4.2": ("/scalability/sla/excludes_peak",),
    "Q4.3": ("/scalability/architecture/horizontal_scaling",),
    "Q4.4": ("/scalability/capacity_planning/documented",),
    "Q5.1": ("/stability/finances/disclosed",),
    "Q5.2": ("/stability/product/roadmap/shared",),
    "Q5.3": ("/stability/support/enterprise",),
    "Q5.4": ("/stability/exit/export", "/stability/exit/formats"),
}
# Lines that a number answers: what the vendor lets through, and what we need.
_VOLUMES = {
    "Q1.3": (
        ("rate-limit", "Requests an hour that the vendor allows", "/integration/rate_limit/requests_per_hour"),
        ("volume", "Requests an hour that we need", "/integration/needed/requests_per_hour"),
    )
}
# Where the schema speaks to those who write records.
_PLAINER = {
    "/security/access/sso": "By which protocol it takes the logins of our identity provider.",
    "/scalability/sla/excludes_peak": "Whether the promise leaves out the times at which most is going on.",
    "/integration/connectors/erp": "How it connects to our accounting and resource planning.",
    "/integration/connectors/crm": "How it connects to our customer system.",
    "/integration/connectors/identity_provider": "How it connects to our logins.",
}
SOC2 = "soc2-type2"


def sections(schema: JsonObject, policies: Mapping[str, Json]) -> tuple[Section, ...]:
    """Return the questions of a registry, by its schema and its policy documents (by name)."""
    node = Node(schema, schema)
    known = tuple(
        replace(each, questions=tuple(_filled(one, node, policies) for one in each.questions if _asked(one, node)))
        for each in _SECTIONS
    )
    return _told_apart(each for each in (*known, *_screening(node, policies)) if each.questions)


def _told_apart(form: Iterable[Section]) -> tuple[Section, ...]:
    """Add the id where two questions have the same words: by its words alone an answer finds its question."""
    seen: set[str] = set()
    told = []
    for section in form:
        asked = []
        for one in section.questions:
            label = f"{one.label} ({one.id})" if one.label in seen else one.label
            seen.add(label)
            asked.append(replace(one, label=label))
        told.append(replace(section, questions=tuple(asked)))
    return tuple(told)


def questions(schema: JsonObject, policies: Mapping[str, Json]) -> tuple[Question, ...]:
    """Return the questions without their sections, in the order of the form."""
    return tuple(question for section in sections(schema, policies) for question in section.questions)


def _asked(question: Question, node: Node) -> bool:
    return node.at(question.pointer) is not None


def _filled(question: Question, node: Node, policies: Mapping[str, Json]) -> Question:
    """Fill in what schema and policies tell: the explanation, an example, the answers to choose from."""
    field = node.at(question.pointer)
    schema = field.resolved().schema if field else {}
    about = question.about or schema.get("description", "")
    examples = schema.get("examples") or [""]
    plain = isinstance(examples[0], str) and question.kind is Kind.TEXT
    example = question.example or (examples[0] if plain else "")
    full = replace(question, about=about, example=example)
    options = _options(question, node, policies)
    if not options or len(options) > MOST_OPTIONS:
        return replace(full, kind=Kind.TEXT) if question.kind is Kind.CHOICE else full
    return replace(full, kind=Kind.CHOICE, options=options, example="")


def _options(question: Question, node: Node, policies: Mapping[str, Json]) -> tuple[Option, ...]:
    at = question.pointer
    if question.id in {"marketing-owner", "it-owner"}:
        side = "it" if question.id == "it-owner" else "marketing"
        return tuple(Option(f"{each['name']} ({each['id']})", at, each["id"]) for each in _of_side(policies, side))
    if question.id == "team":
        teams = policies.get("people", {}).get("teams", ())
        return tuple(Option(f"{each['name']} ({each['id']})", at, each["id"]) for each in teams)
    if question.id == "currency":
        rates = policies.get("rates")
        codes = {rates["base"], *(each["currency"] for each in rates["rates"])} if rates else set()
        return tuple(Option(code, at, code) for code in sorted(codes))
    allowed = _enum(node, f"{at}/*" if question.several else at) if question.kind is Kind.CHOICE else []
    return tuple(Option(_shown(value), at, value, adds=question.several) for value in allowed)


def _of_side(policies: Mapping[str, Json], side: str) -> Iterator[JsonObject]:
    """Yield the people of one side who are with us. Who has a last day is not asked to begin something."""
    people = policies.get("people", {})
    teams = {each["id"] for each in people.get("teams", ()) if each["side"] == side}
    yield from (each for each in people.get("people", ()) if each.get("team") in teams and "left" not in each)


def _enum(node: Node, pointer: str) -> list[str]:
    field = node.at(pointer)
    return [each for each in (field.resolved().schema.get("enum", ()) if field else ()) if isinstance(each, str)]


def _shown(value: str) -> str:
    """Return a value as an answer to choose. Forges keep «None» for themselves, and join answers by commas."""
    return "none at all" if value.casefold() == "none" else value.replace(",", ";")


# ---- The initial screening ----------------------------------------------------------------------


def _screening(node: Node, policies: Mapping[str, Json]) -> Iterator[Section]:
    checklist = policies.get("checklist", {"domains": [], "quick_reference": []})
    for domain in checklist["domains"]:
        lines = [each for each in checklist["quick_reference"] if each["domain"] == domain["id"]]
        asked = [question for line in lines for question in _line(line, node)]
        yield Section(domain["title"], f"{domain['question']} Leave open what you do not know.", tuple(asked))


def _line(line: JsonObject, node: Node) -> Iterator[Question]:
    """Yield what is asked for one line of the screening."""
    for name, label, pointer in _VOLUMES.get(line["id"], ()):
        if (field := node.at(pointer)) is not None:
            yield Question(name, label, pointer, field.resolved().schema.get("description", ""), Kind.WHOLE)
    if line["id"] in {"Q2.1", "Q2.2"}:
        yield from _certifications(line, node)
    fields = [pointer for pointer in _SCREENING.get(line["id"], ()) if node.at(pointer) is not None]
    options = tuple(option for pointer in fields for option in _answers(pointer, node))
    if options:
        several = len(fields) > 1 or any(option.adds for option in options)
        about = " ".join(_told(pointer, node, named=len(fields) > 1) for pointer in fields)
        name = line["id"].lower().replace(".", "-")
        yield Question(name, line["title"], fields[0], about, Kind.CHOICE, options, several=several)


def _certifications(line: JsonObject, node: Node) -> Iterator[Question]:
    """Yield the question for one report by itself, and the one for all other certifications."""
    known = _enum(node, f"{CERTIFICATIONS}/*/standard")
    if line["id"] == "Q2.1" and SOC2 in known:
        options = tuple(
            Option(f"Held: {word}", CERTIFICATIONS, {"standard": SOC2, "held": held}, adds=True)
            for word, held in (("yes", True), ("no", False))
        )
        about = "Whether the vendor has such a report, and it is not out of date."
        yield Question("q2-1", line["title"], CERTIFICATIONS, about, Kind.CHOICE, options)
    if line["id"] == "Q2.2" and known:
        held = tuple(
            Option(_shown(each), CERTIFICATIONS, {"standard": each, "held": True}, adds=True)
            for each in known
            if each != SOC2
        )
        about = "Other certificates and reports that the vendor has shown."
        label = "Certifications that the vendor holds"
        yield Question("q2-2", label, CERTIFICATIONS, about, Kind.CHOICE, held, several=True)


def _answers(pointer: str, node: Node) -> Iterator[Option]:
    """Yield the answers for one field; each names the field, so that «yes» is never yes to something else."""
    field = node.at(pointer)
    schema = field.resolved().schema if field else {}
    title = schema.get("title", pointer.rpartition("/")[2]).replace(",", ";")
    if schema.get("type") == "boolean":
        yield Option(f"{title}: yes", pointer, value=True)
        yield Option(f"{title}: no", pointer, value=False)
    elif schema.get("type") == "array":
        allowed = _enum(node, f"{pointer}/*")
        yield from (Option(f"{title}: {_shown(each)}", pointer, each, adds=True) for each in allowed)
        if allowed and "none" not in allowed:
            yield Option(f"{title}: none at all", pointer, [])
    else:
        yield from (Option(f"{title}: {_shown(each)}", pointer, each) for each in _enum(node, pointer))


def _told(pointer: str, node: Node, *, named: bool) -> str:
    field = node.at(pointer)
    schema = field.resolved().schema if field else {}
    about: str = _PLAINER.get(pointer) or schema.get("description", "")
    return f"{schema.get('title', '')}: {about}" if named else about


# ---- The file from which a forge draws the form -------------------------------------------------

_INTRODUCTION = """\
Only what has a star is needed. Leave open what you do not know: an open answer is never read as "no".
It stays open in the record, and somebody will ask the vendor.

Please put nothing confidential here: whoever can read this repository can read this form.
"""


_WARNING = "# Written by 'preflight intake --form' from the schema and the policies. A change made here is lost."


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as such."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Return the node of a text."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.add_representer(str, _Dumper.represent_str)


def text(form: Iterable[Section]) -> str:
    """Return the form as the YAML file that forges read."""
    body: list[JsonObject] = [{"type": "markdown", "attributes": {"value": _INTRODUCTION}}]
    for section in form:
        heading = f"## {section.title}" + (f"\n\n{section.about}" if section.about else "")
        body += [{"type": "markdown", "attributes": {"value": heading}}, *map(_element, section.questions)]
    document = {
        "name": "Propose a vendor",
        "description": "Ask for a new tool or service in marketing. It takes ten minutes and no knowledge of git.",
        "title": "Vendor proposal: ",
        "labels": [LABEL],
        "body": body,
    }
    dumped: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return f"{_WARNING}\n{dumped}"


def _element(question: Question) -> JsonObject:
    attributes: JsonObject = {"label": question.label}
    if question.about:
        attributes["description"] = question.about
    if question.options:
        attributes |= {"multiple": question.several, "options": [option.label for option in question.options]}
    elif question.example:
        attributes["placeholder"] = question.example
    kind = "dropdown" if question.options else "textarea" if question.long else "input"
    element = {"type": kind, "id": question.id, "attributes": attributes}
    return {**element, "validations": {"required": True}} if question.required else element
