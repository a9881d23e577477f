"""Duplicates, overlaps and suites, for a terminal, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import escaping, resemblance
from preflight.escaping import markdown
from preflight.suites import COMPANY
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from preflight.model import Json, JsonObject
    from preflight.suites import Costs, Group

SCHEMA = "preflight/overlap/v1"
MOST_ROWS = 50  # of one list; JSON has all of them
MOST_NAMED = 8  # vendors or capabilities in one sentence
NOTHING_TO_COMPARE = "There is nothing to compare: no two vendors stand side by side."
NOTHING = "No two vendors look like one, or do the same work for the same team; no subscription is held double."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two vendors, in the order of their ids, and what facts/overlap.py says of them."""

    one: str
    other: str
    said: JsonObject


@dataclass(frozen=True, slots=True)
class Findings:
    """What the comparison of all vendors gave, the strongest first.

    ``doubles`` are the subscriptions that a vendor holds double, each with the vendor's id. ``crowded`` counts by
    vendor the others that are not listed beside it. ``groups`` is None where suites were not asked for.
    """

    as_of: str
    duplicates: Sequence[Pair]
    sharing: Sequence[Pair]
    doubles: Sequence[tuple[str, JsonObject]]
    crowded: Mapping[str, int]
    groups: Sequence[Group] | None = None
    costs: Costs | None = None


def collect(facts: Mapping[str, JsonObject], wanted: frozenset[str], as_of: str) -> Findings:
    """Return what facts/overlap.py found, each pair once. ``wanted`` leaves only what concerns those; empty: all."""
    concerned = {vendor: found for vendor, found in facts.items() if not wanted or vendor in wanted}
    more = {vendor: found["more_duplicates"] + found.get("more_capabilities", 0) for vendor, found in concerned.items()}
    return Findings(
        as_of,
        sorted(_pairs(facts, "duplicates", wanted), key=_likeliest),
        sorted(_pairs(facts, "capabilities", wanted), key=_closest),
        [(vendor, each) for vendor in sorted(concerned) for each in concerned[vendor].get("subscriptions", ())],
        {vendor: count for vendor, count in sorted(more.items()) if count},
    )


def _pairs(facts: Mapping[str, JsonObject], name: str, wanted: frozenset[str]) -> list[Pair]:
    found: dict[tuple[str, str], Pair] = {}
    for vendor, known in sorted(facts.items()):
        for said in known.get(name, ()):
            one, other = sorted((vendor, said["vendor"]))
            if not wanted or not wanted.isdisjoint((one, other)):
                found.setdefault((one, other), Pair(one, other, said))
    return list(found.values())


def _likeliest(pair: Pair) -> Json:
    said = pair.said
    return (
        said["ended"],
        said["strength"] != resemblance.SAME,
        said["explained"],
        -len(said["reasons"]),
        pair.one,
        pair.other,
    )


def _closest(pair: Pair) -> Json:
    said = pair.said
    sure = said["same_team"] + said["same_region"]
    return -sure, said["explained"], -len(said["shared"]), pair.one, pair.other


def _remarks(said: JsonObject) -> list[str]:
    """Say what puts a pair in another light."""
    return [
        *(["Both belong to one parent company."] if said.get("sister") else []),
        *(["One of them has ended."] if said.get("ended") else []),
        *(["One names the other as replaced, or as an alternative."] if said["explained"] else []),
    ]


def _why(pair: Pair) -> tuple[str, ...]:
    return (*(pair.said.get("reasons") or [pair.said["reason"]]), *_remarks(pair.said))


Row = tuple[tuple[str, ...], str, tuple[str, ...]]  # who, how sure that is, why


def _lists(findings: Findings) -> Iterator[tuple[str, list[Row]]]:
    """Yield heading and rows of each list that is not empty."""
    known = {True: "known", False: "possible"}
    lists: list[tuple[str, list[Row]]] = [
        (
            "Vendors that look like one",
            [((each.one, each.other), each.said["strength"], _why(each)) for each in findings.duplicates],
        ),
        (
            "Vendors for the same work",
            [
                ((each.one, each.other), known[each.said["same_team"] and each.said["same_region"]], _why(each))
                for each in findings.sharing
            ],
        ),
        (
            "Subscriptions held double",
            [((vendor,), resemblance.SIMILAR, (each["reason"],)) for vendor, each in findings.doubles],
        ),
    ]
    yield from ((heading, rows) for heading, rows in lists if rows)


# ---- Terminal -----------------------------------------------------------------------------------


def as_table(findings: Findings) -> str:
    """Return tables of all that was found."""
    lines: list[str] = []
    for heading, rows in _lists(findings):
        lines += [*_heading(heading, len(rows)), *table(rows[:MOST_ROWS], ("who", "how sure", "why"), (24, 10, 42))]
        lines += [f"… and {len(rows) - MOST_ROWS:,} more; --format json lists them all."][: len(rows) > MOST_ROWS]
        lines.append("")
    lines += [*_crowded(findings), ""] if findings.crowded else []
    lines += [] if lines else [*wrapped(NOTHING), ""]
    for group in findings.groups or ():
        sentences = [line for each in _compared(group, findings) for line in _bullet(each)]
        lines += [*wrapped(_title(group)), *sentences, ""]
    lines += [NOTHING_TO_COMPARE] if findings.groups == [] else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading(text: str, count: int) -> list[str]:
    said = f"{text} ({count:,})"
    return [said, "-" * len(said)]


def _bullet(text: str) -> Iterator[str]:
    return wrapped(text, indent="  ", hanging="  ")


def _crowded(findings: Findings) -> Iterator[str]:
    listed = [f"{vendor} ({count:,})" for vendor, count in findings.crowded.items()]
    yield from wrapped(f"With more others than are listed, about: {_and(listed)}.")


# ---- Suites -------------------------------------------------------------------------------------


def _title(group: Group) -> str:
    what = "Sold by" if group.kind == COMPANY else f"With the {group.kind}"
    return f"{what} {group.name}: {counted(len(group.vendors), 'vendor')}, {_and(group.vendors)}."


def _compared(group: Group, findings: Findings) -> Iterator[str]:
    """Yield the sentences that set a group side by side against its suite."""
    told = f"Side by side they have {counted(group.connections, 'connection')} between them"
    if findings.costs is not None:
        cost = _money(group.annual, findings.costs)
        told += f" and cost {cost}" if cost else "; what they cost in a year is not fully known"
    yield f"{told}."
    if group.shared:
        yield f"More than one does {_and(group.shared)}."
    if group.kind == COMPANY:
        yield "One contract for all of them may cost less, and ties more to one company."
    elif group.suite is not None:
        suite, of_all = group.suite, counted(len(group.capabilities), "capability", "capabilities")
        left = f"; to be found elsewhere: {_and(suite.leaves)}" if suite.leaves else ", which is all of them"
        yield f"As one, {suite.vendor} would cover {len(suite.covers)} of {of_all}{left}."
        if findings.costs and (alone := _money(findings.costs.of([suite.vendor]), findings.costs)):
            yield f"{suite.vendor} alone costs {alone} today."


def _money(amount: float | None, costs: Costs) -> str:
    return "" if amount is None else f"{amount:,.0f} {costs.currency} a year"


def _and(listed: Sequence[str]) -> str:
    more = f" and {len(listed) - MOST_NAMED:,} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


# ---- JSON ---------------------------------------------------------------------------------------


def as_json(findings: Findings) -> str:
    """Return JSON, described by schemas/overlap-report.schema.json."""
    body: JsonObject = {
        "schema": SCHEMA,
        "as_of": findings.as_of,
        "duplicates": [
            _said(each, "strength", "reasons", "explained", "sister", "ended") for each in findings.duplicates
        ],
        "capabilities": [
            _said(each, "shared", "same_team", "same_region", "explained", "reason") for each in findings.sharing
        ],
        "subscriptions": [{"vendor": vendor, **each} for vendor, each in findings.doubles],
        "crowded": [{"vendor": vendor, "more": count} for vendor, count in findings.crowded.items()],
    }
    if findings.groups is not None:
        body["suites"] = [_compared_json(group, findings.costs) for group in findings.groups]
    return escaping.json_text(body)


def _said(pair: Pair, *keys: str) -> JsonObject:
    return {"vendors": [pair.one, pair.other], **{key: pair.said[key] for key in keys}}


def _compared_json(group: Group, costs: Costs | None) -> JsonObject:
    suite = group.suite
    return {
        "kind": group.kind,
        "name": group.name,
        "vendors": list(group.vendors),
        "capabilities": list(group.capabilities),
        "shared": list(group.shared),
        "connections": group.connections,
        "annual": group.annual,
        "currency": costs.currency if costs else None,
        "suite": suite and {"vendor": suite.vendor, "covers": list(suite.covers), "leaves": list(suite.leaves)},
    }


# ---- Markdown -----------------------------------------------------------------------------------


def as_markdown(findings: Findings) -> str:
    """Return lists for a pull request or the summary of a CI job."""
    lines: list[str] = []
    for heading, rows in _lists(findings):
        lines += [f"### {heading} ({len(rows):,})", ""]
        lines += [
            f"- **{markdown(' and '.join(who))}** ({sure}): {markdown(' '.join(why))}"
            for who, sure, why in rows[:MOST_ROWS]
        ]
        lines += [f"- … and {len(rows) - MOST_ROWS:,} more"][: len(rows) > MOST_ROWS]
        lines.append("")
    lines += [markdown(" ".join(_crowded(findings))), ""] if findings.crowded else []
    lines += [] if lines else [NOTHING, ""]
    if findings.groups is not None:
        lines += ["### Suite or best of breed", ""]
        lines += [
            f"- **{markdown(_title(group))}** {markdown(' '.join(_compared(group, findings)))}"
            for group in findings.groups
        ] or [NOTHING_TO_COMPARE]
    return "\n".join(["## Overlap", "", *lines]).rstrip("\n") + "\n"


FORMATS: dict[str, Callable[[Findings], str]] = {"table": as_table, "json": as_json, "markdown": as_markdown}
