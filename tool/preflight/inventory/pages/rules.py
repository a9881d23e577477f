"""The policy book: every rule, why it is there, how to keep it, and who breaks it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from preflight.inventory.columns import RULE
from preflight.inventory.dossier.labels import words
from preflight.inventory.frame import first, stem
from preflight.model import Level
from preflight.wording import asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock
    from preflight.model import Json, Rule

TITLE = "Rules"
PATH = "rules.html"
MOST = 10  # vendors that are named at a rule
WORST = 12  # rules in the list of those that most vendors break; the others are folded away
MOST_FINDINGS = 40
LEVELS = {Level.RED_FLAG: ("Red flag", "bad"), Level.WARNING: ("Warning", "warn"), Level.ADVICE: ("Advice", "info")}


@dataclass(frozen=True, slots=True)
class Told:
    """One rule as it is shown."""

    rule: Rule
    fragment: str
    level: str
    colour: str
    asks: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    breaking: Sequence[Card]
    more: int
    findings: tuple[str, ...]  # of a rule about the registry as a whole

    @property
    def count(self) -> int:
        """How many vendors break it."""
        return len(self.breaking) + self.more

    @property
    def table(self) -> str:
        """The address of the table of vendors with those that break it."""
        return f"vendors.html#{urlencode({'f': f'{RULE}:{self.rule.id}'}, safe=':/')}"


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one domain. ``broken`` are those that somebody breaks."""

    domain: str
    title: str
    path: str
    rules: tuple[Told, ...]
    levels: tuple[tuple[str, str, int], ...]
    broken: int


def offered(stock: Stock) -> bool:
    """Whether there are rules."""
    return bool(stock.rules)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the index, and a page a domain."""
    titles = _titles(site.stock.policies)
    domains: dict[str, list[Told]] = {}
    for rule in site.stock.rules:
        domains.setdefault(rule.domain, []).append(_told(site, rule, titles))
    chapters = [_chapter(site, domain, told) for domain, told in sorted(domains.items())]
    broken = sorted((told for each in chapters for told in each.rules if told.count), key=_weight)
    yield site.page(
        PATH,
        "rules.html",
        TITLE,
        chapters=chapters,
        levels=_levels([told for each in chapters for told in each.rules]),
        broken=(broken[:WORST], broken[WORST:]),
        registry=first(site.stock.registry, MOST_FINDINGS),
    )
    for chapter in chapters:
        yield site.page(chapter.path, "rules_of.html", chapter.title, chapter=chapter)


def _titles(policies: Mapping[str, Json]) -> dict[str, str]:
    """Return the questions of the checklist and the requirements, by id."""
    checklist, asked_for = policies.get("checklist", {}), policies.get("requirements", {})
    found = {each["id"]: each["title"] for each in asked_for.get("requirements", ())}
    found |= {each["id"]: each["title"] for each in checklist.get("quick_reference", ())}
    return found | {
        each["id"]: each["title"] for domain in checklist.get("domains", ()) for each in domain["questions"]
    }


def _told(site: Site, rule: Rule, titles: Mapping[str, str]) -> Told:
    breaking, more = first(site.index.breaking.get(rule.id, ()), MOST)
    level, colour = LEVELS[rule.level]
    said = [each.message for each in site.stock.registry if each.rule == rule.id]
    return Told(
        rule,
        stem(rule.id.partition("/")[2]),
        level,
        colour,
        tuple(asked(rule)),
        tuple((answer, titles.get(answer, "")) for answer in rule.answers),
        breaking,
        more,
        tuple(said[:MOST]),
    )


def _weight(told: Told) -> tuple[int, int, str]:
    return told.rule.level.rank, -told.count, told.rule.id


def _chapter(site: Site, domain: str, told: Sequence[Told]) -> Chapter:
    listed = tuple(sorted(told, key=lambda each: (each.rule.level.rank, each.rule.title, each.rule.id)))
    broken = sum(bool(each.count or each.findings) for each in listed)
    title = "Use of AI" if domain == "ai" else words(domain)
    return Chapter(domain, title, site.chapter(domain), listed, _levels(listed), broken)


def _levels(told: Sequence[Told]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(each.rule.level for each in told)
    return tuple((title, colour, counts[level]) for level, (title, colour) in LEVELS.items() if counts[level])
