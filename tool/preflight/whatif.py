"""What if: one registry under two sets of rules, and which vendors turn red or green by the change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from preflight.escaping import terminal
from preflight.model import Outcome
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import JsonObject, Report, Rule, Verdict

SCHEMA = "preflight/policy-diff/v1"


class Turn(Enum):
    """What the change of rules does to a vendor."""

    RED = "turns red"
    GREEN = "turns green"
    STAYS_RED = "stays red"
    STAYS_GREEN = "stays green"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that came, went or changed; ``what`` says how."""

    rule: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class VendorChange:
    """What the change does to one vendor: the findings that come, and those that go."""

    vendor: str
    turn: Turn
    new: tuple[Verdict, ...]
    gone: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two reports on the same records compared: by other rules (before), and by those of now."""

    before: Report
    after: Report
    rules: tuple[RuleChange, ...]
    vendors: tuple[VendorChange, ...]


def compare(before: Report, after: Report) -> Difference:
    """Compare what other rules say of a registry with what those of now say."""
    old, new = _failing(before), _failing(after)
    changes = [_vendor(vendor, old.get(vendor, {}), new.get(vendor, {})) for vendor in sorted(old.keys() | new.keys())]
    order = list(Turn)
    touched = [each for each in changes if each.new or each.gone]
    ordered = sorted(touched, key=lambda each: (order.index(each.turn), each.vendor))
    return Difference(before, after, tuple(_rules(before.rules, after.rules)), tuple(ordered))


_Key = tuple[str, str, str, str]


def _failing(report: Report) -> dict[str, dict[_Key, Verdict]]:
    found: dict[str, dict[_Key, Verdict]] = {}
    for verdict in report.verdicts:
        if verdict.outcome is Outcome.FAIL:
            # With its level: a warning that becomes a red flag is news.
            key = (verdict.rule, verdict.level.value, verdict.pointer, verdict.message)
            found.setdefault(verdict.vendor, {})[key] = verdict
    return found


def _vendor(vendor: str, old: Mapping[_Key, Verdict], new: Mapping[_Key, Verdict]) -> VendorChange:
    was, now = (any(verdict.blocks for verdict in each.values()) for each in (old, new))
    turn = {(False, True): Turn.RED, (True, False): Turn.GREEN, (True, True): Turn.STAYS_RED}.get(
        (was, now), Turn.STAYS_GREEN
    )
    came = tuple(verdict for key, verdict in new.items() if key not in old)
    went = tuple(verdict for key, verdict in old.items() if key not in new)
    return VendorChange(vendor, turn, came, went)


def _rules(old: Mapping[str, Rule], new: Mapping[str, Rule]) -> Iterator[RuleChange]:
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was is None and now is not None:
            yield RuleChange(name, now.title, f"new, {now.level.value}")
        elif now is None and was is not None:
            yield RuleChange(name, was.title, f"gone, was {was.level.value}")
        elif was is not None and now is not None and (what := ", ".join(_changed(was, now))):
            yield RuleChange(name, now.title, what)


def _changed(was: Rule, now: Rule) -> Iterator[str]:
    if was.level is not now.level:
        yield f"{was.level.value} becomes {now.level.value}"
    if was.waivable is not now.waivable:
        yield "can be waived now" if now.waivable else "can no longer be waived"
    asked = [(each.condition, each.when, each.each, each.faults, each.about_registry) for each in (was, now)]
    if asked[0] != asked[1]:
        yield "asks for something else"
    told = [(each.title, each.message, each.why, each.fix, each.at, each.answers) for each in (was, now)]
    if told[0] != told[1] and asked[0] == asked[1]:
        yield "says it in other words"


# ---- Shown --------------------------------------------------------------------------------------


def lines(difference: Difference, revision: str) -> Iterator[str]:
    """Show a difference as text, a vendor that turns first."""
    count = {turn: sum(each.turn is turn for each in difference.vendors) for turn in Turn}
    yield terminal(f"The registry under the rules of {revision} and under those of now, as of {difference.after.as_of}")
    if difference.rules:
        yield ""
        yield f"Rules: {counted(len(difference.rules), 'change')}"
        for rule in difference.rules:
            yield terminal(f"  {rule.rule}: {rule.what}")
    for each in difference.vendors:
        yield ""
        yield terminal(f"{each.vendor} {each.turn.value}")
        for sign, verdicts in (("+", each.new), ("-", each.gone)):
            for verdict in verdicts:
                place = f"{verdict.path}:{verdict.line}:{verdict.column}"
                yield terminal(f"  {sign} {verdict.level.value}  {verdict.rule}  {place}")
                yield terminal(f"      {verdict.message}")
    yield ""
    old, new = difference.before.summary, difference.after.summary
    yield (
        f"{count[Turn.RED]} turn red, {count[Turn.GREEN]} turn green; red flags {old.red_flags} → {new.red_flags}, "
        f"warnings {old.warnings} → {new.warnings}, advice {old.advice} → {new.advice}"
    )


def document(difference: Difference, revision: str) -> JsonObject:
    """Return a difference as a JSON document of schemas/policy-diff.schema.json."""
    return {
        "schema": SCHEMA,
        "as_of": difference.after.as_of,
        "revision": revision,
        "rules": [{"rule": each.rule, "title": each.title, "what": each.what} for each in difference.rules],
        "vendors": [
            {
                "vendor": each.vendor,
                "turn": each.turn.value,
                "new": [_finding(verdict) for verdict in each.new],
                "gone": [_finding(verdict) for verdict in each.gone],
            }
            for each in difference.vendors
        ],
    }


def _finding(verdict: Verdict) -> JsonObject:
    return {
        "rule": verdict.rule,
        "level": verdict.level.value,
        "message": verdict.message,
        "path": verdict.path,
        "line": verdict.line,
        "column": verdict.column,
        "pointer": verdict.pointer,
    }
