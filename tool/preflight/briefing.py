"""What an approver has to know of a vendor, on one screen: what changes, what it costs, who has to sign, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import markdown
from preflight.field_changes import changes
from preflight.levels import LEVELS
from preflight.model import Brief, Level, Outcome, Signer
from preflight.money import shown as amount
from preflight.pointers import parts
from preflight.rules import shown
from preflight.schema_tree import Node
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import Json, JsonObject, Verdict

MOST_CHANGES, MOST_FINDINGS, MOST_ALTERNATIVES = 8, 5, 4
APPROVALS = "/approvals"  # where a rule points that wants somebody to agree
MOST_LEAVES = 60  # characters of a value


def brief(  # noqa: PLR0913, PLR0917 - all that the page tells
    record: JsonObject,
    known: JsonObject,
    verdicts: Sequence[Verdict],
    policies: Mapping[str, Json],
    schema: JsonObject,
    before: tuple[JsonObject, JsonObject] | None = None,
) -> Brief:
    """Make the page of a vendor. ``known`` are its facts, ``before`` the record and facts that it is compared with."""
    failed = sorted(
        (each for each in verdicts if each.outcome is Outcome.FAIL and each.level is not Level.ADVICE),
        key=lambda each: (each.level.rank, each.line, each.rule),
    )
    red = sum(each.level is Level.RED_FLAG for each in failed)
    told = [*_changed(before[0], record, schema)] if before else []
    earlier = before[1] if before else {}
    return Brief(
        vendor=record["id"],
        name=record["name"],
        summary=record.get("summary", ""),
        status=record["lifecycle"]["status"],
        verdict=_verdict(red, len(failed) - red, sum(each.pointer == APPROVALS for each in failed[:red])),
        blocked=red > 0,
        changed=tuple(told[:MOST_CHANGES]),
        more_changes=max(0, len(told) - MOST_CHANGES),
        compared=before is not None,
        money=tuple(money(known, earlier)),
        risk=tuple(_risk(known, earlier, policies)),
        signers=tuple(signers(known)),
        findings=tuple(f"{each.level.value}: {each.message}" for each in failed[:MOST_FINDINGS]),
        more_findings=max(0, len(failed) - MOST_FINDINGS),
        alternatives=tuple(_alternatives(record, known))[:MOST_ALTERNATIVES],
        deadlines=tuple(_deadlines(known)),
    )


def _verdict(red: int, warnings: int, waiting: int) -> str:
    """Say whether it can be merged. Who is asked to agree is told where nothing but that is missing."""
    if red:
        only = "; the red flag is an agreement that is still missing"
        some = f"; {waiting} of them for an agreement that is still missing"
        why = "" if not waiting else only if waiting == red == 1 else some
        return f"Cannot be merged: {counted(red, 'red flag')}, {counted(warnings, 'warning')}{why}"
    return f"No red flag, {counted(warnings, 'warning')}" if warnings else "No red flag, no warning"


def _changed(before: JsonObject, after: JsonObject, schema: JsonObject) -> Iterator[str]:
    """Say what changed in the words of the schema, its titles."""
    root = Node(schema, schema)
    for each in changes(before, after):
        name = " › ".join(_titles(root, each.pointer))
        old, new = (_short(shown(value)) for value in (each.before, each.after))
        if each.before is None:
            yield f"{name}: {new} (new)"
        elif each.after is None:
            yield f"{name}: {old} (taken out)"
        else:
            yield f"{name}: {old} → {new}"


def _titles(root: Node, pointer: str) -> Iterator[str]:
    node: Node | None = root
    for part in parts(pointer):
        below = node.child(part) if node else None
        if below is None and node is not None and (items := node.items()) is not None:
            node = items
            yield str(int(part) + 1)
            continue
        node = below
        yield str(node.resolved().schema.get("title", part)) if node else part


def _short(text: str) -> str:
    return text if len(text) <= MOST_LEAVES else text[: MOST_LEAVES - 1] + "…"


# ---- Money --------------------------------------------------------------------------------------


def money(known: JsonObject, before: JsonObject) -> Iterator[str]:
    """Say what a vendor costs, and by how much that differs from before."""
    cost, currency = known.get("cost"), known.get("cost", {}).get("currency", "")
    if cost is None:
        return
    if "annual" in cost:
        delta = _delta(cost["annual"], before.get("cost", {}).get("annual"), currency)
        inside = f", {amount(cost['total_annual'], currency)} with our own work" if "total_annual" in cost else ""
        yield f"{amount(cost['annual'], currency)} a year to the vendor{delta}{inside}"
    else:
        yield f"Yearly cost not known; at least {amount(cost['at_least'], currency)}"
    if "committed" in cost:
        delta = _delta(cost["committed"], before.get("cost", {}).get("committed"), currency)
        term = f" over terms of up to {counted(cost['term_months'], 'month')}" if "term_months" in cost else ""
        yield f"{amount(cost['committed'], currency)} promised{term}{delta}"
    oversight = known.get("oversight", {})
    if oversight.get("group"):
        listed = ", ".join(oversight["group"][:5])
        yield (
            f"{amount(oversight['group_annual'], currency)} a year for all of {oversight.get('parent', 'its group')}"
            f" (with {listed})"
        )


def _delta(now: float, then: float | None, currency: str) -> str:
    if then is None or now == then:
        return "" if then is None else ", as before"
    return f" ({'+' if now > then else '−'}{amount(abs(now - then), currency)})"


# ---- Risk, signatures ---------------------------------------------------------------------------


def _risk(known: JsonObject, before: JsonObject, policies: Mapping[str, Json]) -> Iterator[str]:
    risk = known.get("risk")
    if risk is None:
        return
    level, was = risk.get("level"), before.get("risk", {}).get("level")
    moved = f", was {was}" if was is not None and was != level else ""
    named = level.capitalize() if level else f"Not known, at least {risk['at_least']}"
    oversight = policies["risk"]["oversight"][risk["at_least"]]
    yield f"{named} risk{moved}: {', '.join(_dimensions(risk, policies['risk']))}"
    yield f"{oversight['title']}. {oversight['what']}"
    if oversight.get("resources"):
        yield f"It takes: {oversight['resources']}"


def _dimensions(risk: JsonObject, policy: JsonObject) -> Iterator[str]:
    for each in sorted(policy["dimensions"], key=lambda each: -_weight(risk.get(each["name"]))):
        yield f"{each['title'].lower()} {risk.get(each['name'], 'not known')}"


def _weight(level: str | None) -> int:
    return len(LEVELS) if level is None else LEVELS.index(level)


def signers(known: JsonObject) -> Iterator[Signer]:
    """Return every role that has to agree, and whether it has."""
    oversight = known.get("oversight", {})
    missing = {each["role"]: each["found"] for each in oversight.get("missing", ())}
    unsure = "missing" not in oversight
    for each in oversight.get("demanded", ()):
        agreed = [one for one in oversight.get("agreed", ()) if one["role"] == each["role"]]
        if each["role"] in missing:
            yield Signer(each["title"], each["why"], f"open: {missing[each['role']]}", given=False)
        elif agreed and not unsure:
            yield Signer(each["title"], each["why"], f"agreed: {'; '.join(_agreed(one) for one in agreed)}", given=True)
        else:
            yield Signer(each["title"], each["why"], "open: nobody", given=False)


def _agreed(approval: JsonObject) -> str:
    proven = f"signed ({approval['id']})" if approval["proof"] == "signed" else "not verified"
    return f"{approval['by']} on {approval['date']}, {proven}"


def _alternatives(record: JsonObject, known: JsonObject) -> Iterator[str]:
    for each in known.get("overlap", {}).get("capabilities", ()):
        yield f"{each['vendor']}, which we have: {each['reason']}"
    for each in record.get("lifecycle", {}).get("alternatives", ()):
        why = f": {each['why_not']}" if "why_not" in each else ""
        yield f"{each['name']}, looked at{why}"
    build = record.get("lifecycle", {}).get("build_option", {})
    if build.get("considered") and "outcome" in build:
        yield f"Building it: {build['outcome']}"


def _deadlines(known: JsonObject) -> Iterator[str]:
    for each in known.get("renewal", {}).get("terms", ()):
        if "last_day" in each:
            yield f"{each['product']}: last day to cancel {each['last_day']}"


# ---- Shown --------------------------------------------------------------------------------------


def lines(page: Brief, width: int) -> Iterator[str]:
    """Show the page as text."""
    width = width or 80
    yield from wrapped(f"{page.name} ({page.vendor}), {page.status}", width)
    yield from wrapped(page.summary, width)
    yield ""
    yield from wrapped(page.verdict, width)
    for heading, entries in _sections(page):
        yield ""
        yield heading
        for each in entries:
            yield from wrapped(each, width, "  ", "    ")


def _sections(page: Brief) -> Iterator[tuple[str, Iterable[str]]]:
    changed = [*page.changed, *([f"and {counted(page.more_changes, 'more change')}"] if page.more_changes else [])]
    if page.compared:
        yield "What changes", changed or ["Nothing in the record."]
    if page.money:
        yield "Money", page.money
    if page.risk:
        yield "Risk", page.risk
    if page.signers:
        yield "Who has to agree", [signature(each) for each in page.signers]
    if page.findings:
        rest = [f"and {counted(page.more_findings, 'more finding')}"] if page.more_findings else []
        yield "What stands against it", [*page.findings, *rest]
    if page.alternatives:
        yield "Alternatives", page.alternatives
    if page.deadlines:
        yield "Deadlines", page.deadlines


def signature(signer: Signer) -> str:
    """Say in one sentence who has to agree, why, and whether it is done."""
    return f"[{'x' if signer.given else ' '}] {signer.title}: {signer.state}. Why: {signer.why}"


def in_markdown(page: Brief) -> Iterator[str]:
    """Show the page as Markdown."""
    sign = "⛔" if page.blocked else "✅"
    yield f"### {sign} {markdown(page.name)} (`{markdown(page.vendor)}`), {page.status}"
    yield ""
    if page.summary:
        yield from [markdown(page.summary), ""]
    yield from [f"**{page.verdict}**", ""]
    for heading, entries in _sections(page):
        yield from [f"**{heading}**", ""]
        for each in entries:
            text = each.removeprefix("[x] ").removeprefix("[ ] ")
            box = "[x] " if each.startswith("[x] ") else "[ ] " if each.startswith("[ ] ") else ""
            yield f"- {box}{markdown(text)}"
        yield ""
