"""What the gate takes leaves main with no red flag that it did not have: random pushes, of several commits each.

People who may sign do so for what lies there, early, late and twice. Nobody takes a word back, which may turn main red.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from adversarial.ground import APPROVALS, CFO, OWNERS, RECORD, SIGN_ON, SMALL
from preflight import engine, fingerprints
from preflight.commands import gate
from preflight.commands.session import Session
from preflight.model import Level, Outcome
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from adversarial.ground import Ground

THIRD = "vendors/pelican-sms.yaml"
BEGIN = date(2026, 12, 22)
COMPANIES = ("Foghorn Messaging GmbH", "Trident Lab ApS", "Storm AB")
PUSHES, COMMITS = 7, 3


def test_what_the_gate_takes_leaves_main_as_it_was_or_better(ground: Ground, chance: Random) -> None:
    day, main = BEGIN, ground.tip()
    for _ in range(PUSHES):
        day += timedelta(chance.choice((0, 1, 1, 3, 8, 15, 30)))
        ground.git("checkout", "--quiet", "--force", "-B", "main", main)
        ground.git("clean", "-qfd")
        told = [line for _ in range(chance.randint(1, COMMITS)) for line in commit(ground, chance, day)]
        head = ground.tip()
        if blocks(ground, main, head, day):
            continue
        gained = red(ground, head, day) - red(ground, main, day)
        assert not gained, f"on {day}: {told}"
        main = head


@pytest.fixture(params=range(8))
def chance(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)  # noqa: S311 - chance, and the same at every run


def red(ground: Ground, revision: str, day: date) -> set[tuple[str, str]]:
    """Return vendor and rule of the red flags of a commit, as check says them."""
    session = Session(ground.root, day, revision, quiet=True)
    told = [verdict for each in session.judge(session.entries) for verdict in each.verdicts]
    return {(each.vendor, each.rule) for each in told if each.level is Level.RED_FLAG and each.outcome is Outcome.FAIL}


def blocks(ground: Ground, base: str, head: str, day: date) -> bool:
    change = gate.judge(Session(ground.root, day, quiet=True), base, head, (), everything=False)
    return engine.report(change.results, change.rules, day.isoformat()).summary.blocked


# ---- What somebody does -------------------------------------------------------------------------


def commit(ground: Ground, chance: Random, day: date) -> list[str]:
    """Edit a record or two, have it signed, commit it on a day about today, and return what was done."""
    done = [edited(ground, chance, day) for _ in range(chance.choice((1, 1, 2)))]
    for path in (RECORD, SMALL, THIRD):
        if (ground.root / path).exists():
            signed = day - timedelta(chance.choice((0, 0, 1, 5, 13, 14)))
            if chance.random() < 1 / 4:
                approve(ground, chance, path, signed)
                done.append(f"{CFO} approves {path} on {signed}")
            if "sso: []" in ground.read(path) and chance.random() < 1 / 2:
                waive(ground, chance, path, signed)
                done.append(f"{OWNERS[0]} waives {SIGN_ON} of {path} on {signed}")
    claimed = day + timedelta(chance.choice((-1, 0, 0, 1)))
    ground.commit(day=claimed.isoformat())
    return [*done, f"committed on {claimed}"]


def edited(ground: Ground, chance: Random, day: date) -> str:
    there = [path for path in (RECORD, SMALL, THIRD) if (ground.root / path).exists()]
    if THIRD not in there and chance.random() < 1 / 2:
        ground.write(THIRD, proposal(ground.read(RECORD), chance, day))
        return f"propose {THIRD}"
    path, name = chance.choice(there), chance.choice([*EDITS])
    ground.write(path, EDITS[name](ground.read(path), chance, day))
    return f"{name} {path}"


def proposal(text: str, chance: Random, day: date) -> str:
    """Return a proposal like a record, of another vendor, which may be of a company that is there."""
    text = text.partition("approvals:")[0].replace("Foghorn", "Pelican").replace("foghorn", "pelican")
    text = re.sub("status: [a-z]+", "status: proposed", text, count=1)
    text = re.sub(r"  (?:approved|signed|live|retired)_on: .*\n", "", text)
    text = re.sub("proposed_on: .*", f"proposed_on: {day}", text)
    text = re.sub(r"(?m)^reviews:\n(?:[ -].*\n)+", "", text)
    company = chance.choice(("Pelican Messaging GmbH", *COMPANIES))
    return priced(text.replace("Pelican Messaging GmbH", company), chance, day)


def priced(text: str, chance: Random, _: date) -> str:
    return re.sub(r"amount: \d{4,5}\b", f"amount: {chance.choice((9_000, 20_000, 49_000, 65_000))}", text)


def flipped(one: str, other: str) -> Callable[[str, Random, date], str]:
    return lambda text, *_: text.replace(one, other) if one in text else text.replace(other, one)


def renamed(text: str, *_: object) -> str:
    was = line(text, "name")
    now = was.removesuffix(" Two") if was.endswith(" Two") else f"{was} Two"
    alias = "" if "\naliases:" in text else f"\naliases: [{was}]"
    return text.replace(f"\nname: {was}", f"\nname: {now}{alias}", 1)


def belonging(text: str, chance: Random, _: date) -> str:
    if ", parent: " in text:
        return re.sub(", parent: [^,}]*", "", text)
    return text.replace("country: DE", f"country: DE, parent: {chance.choice(COMPANIES)}", 1)


def with_fee(text: str, chance: Random, day: date) -> str:
    amount = chance.choice((800, 1_500, 3_000, 12_000))
    fee = f"    - {{kind: licence, amount: {{amount: {amount}, currency: EUR}}, date: {day}, team: growth-marketing}}\n"
    return text.replace("  one_off:\n", f"  one_off:\n{fee}", 1)


def classified(text: str, chance: Random, _: date) -> str:
    classes = chance.choice(("internal", "personal, internal", "personal, financial, internal"))
    return re.sub("classes: .*", f"classes: [{classes}]", text, count=1)


def moved_on(text: str, _: Random, day: date) -> str:
    """Take the next step of the life cycle."""
    if "status: proposed\n" in text:
        text = re.sub(r"  (?:approved|signed|live|retired)_on: .*\n", "", text)
        text = text.replace("status: proposed\n", f"status: approved\n  approved_on: {day}\n")
        return text if "\napprovals:" in text else text + re.sub("2026-11-2.", day.isoformat(), APPROVALS)
    if "status: approved\n" in text:
        return text.replace("status: approved\n", f"status: live\n  signed_on: {day}\n  live_on: {day}\n")
    return text.replace("status: live\n", f"status: retired\n  retired_on: {day}\n")


EDITS: dict[str, Callable[[str, Random, date], str]] = {
    "single sign-on": flipped("sso: [saml]", "sso: []"),
    "single sign-on, or not": flipped("sso: [saml]", "sso: []"),
    "price": priced,
    "name": renamed,
    "parent": belonging,
    "fee": with_fee,
    "country": flipped("country: DE", "country: AT"),
    "data": classified,
    "next state": moved_on,
    "proposed again": lambda text, *_: re.sub("status: (?:retired|rejected|approved)\n", "status: proposed\n", text),
    "rejected": lambda text, *_: re.sub("status: (?:approved|proposed)\n", "status: rejected\n", text),
}


# ---- Who signs ----------------------------------------------------------------------------------


def line(text: str, name: str) -> str:
    found = re.search(rf"(?m)^{name}: (.*)$", text)
    assert found
    return found[1]


def approve(ground: Ground, chance: Random, path: str, day: date) -> None:
    known = parse(ground.read(path).encode()).known
    seller = known["legal_entity"]
    said = {"Vendor": known["name"], "Category": known["category"], "Company": seller["name"]}
    bounds = {"annual_cost": {"amount": chance.choice((50_000, 66_000, 200_000)), "currency": "EUR"}}
    ground.decide(
        CFO,
        vendor=known["id"],
        facts=(*said.items(), ("Country", seller["country"])),
        bounds=bounds,
        decided_on=day,
        nonce=f"{chance.getrandbits(64):016x}",
    )


def waive(ground: Ground, chance: Random, path: str, day: date) -> None:
    policy = Session(ground.root, day, quiet=True).policy
    rule = policy.rule(SIGN_ON)
    assert rule is not None
    known = parse(ground.read(path).encode()).known
    ground.decide(
        OWNERS[0],
        role="security-reviewer",
        kind="waive",
        vendor=known["id"],
        bounds={},
        facts=(),
        reason="Comes in spring.",
        rule=SIGN_ON,
        pointer=rule.rule.at,
        fingerprint=fingerprints.of(policy, rule, known, rule.rule.at),
        decided_on=day,
        valid_until=day + timedelta(chance.choice((7, 60))),
        nonce=f"{chance.getrandbits(64):016x}",
    )
