"""Whether CODEOWNERS asks somebody before the rules, the schemas or the gate itself change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight import codeowners
from preflight.doctor.observed import Finding, Outcome, ok
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.codeowners import Owners
    from preflight.doctor.observed import Observed

FIX = "Run: preflight codeowners --write, and require reviews by code owners on the forge."
FIX_BY_HAND = "Write .github/CODEOWNERS with an owner for {}, and require reviews by code owners on the forge."
FIX_WITHOUT_OWNERS = "Give two people the role policy-owner, with their logins, in {}. Then run: {}"
MOST_NAMED = 4
PROBE = "any"  # a file of that name stands for all


def _order(seen: Observed) -> tuple[str, ...]:
    return codeowners.GITLAB if seen.forges == {"gitlab"} else codeowners.GITHUB


def _effective(seen: Observed) -> tuple[str, Owners]:
    """Return the file that counts, read; without one an empty one."""
    place = next((place for place in _order(seen) if place in seen.owners), "")
    return place, codeowners.read(seen.owners.get(place, ""))


def _severity(seen: Observed) -> Outcome:
    return Outcome.PROBLEM if seen.on_forge else Outcome.ADVICE


def _fix(seen: Observed) -> str:
    """Say how owners are named: the command writes them where it can read rules, a schema and who is who."""
    if not (seen.schema and seen.rules and seen.people is not None):
        return FIX_BY_HAND.format(", ".join(dict.fromkeys(path for path, _ in _roots(seen))))
    directory = codeowners.Directory.of(seen.people, seen.today)
    if not any(directory.person(name) for name in directory.holders(codeowners.POLICY_OWNER)):
        return FIX_WITHOUT_OWNERS.format(f"{seen.policies}/people.yaml", FIX.removeprefix("Run: "))
    return FIX


def file(seen: Observed) -> Iterator[Finding]:
    """Look at the file itself: one, readable, and small enough to be loaded."""
    place, read = _effective(seen)
    if not place:
        return
    others = [each for each in codeowners.LOCATIONS if each in seen.owners and each != place]
    found: list[Finding] = []
    if read.faults:
        first, others_wrong = read.faults[0], len(read.faults) - 1
        more = f" (and {counted(others_wrong, 'more line')} like it)" if others_wrong else ""
        message = f"a forge skips this line: {first.reason}{more}"
        fix = "Correct it: what it should own has no owner."
        found.append(Finding("codeowners", Outcome.PROBLEM, message, fix, place, first.number))
    if large := codeowners.too_large(seen.owners[place]):
        found.append(Finding("codeowners", Outcome.PROBLEM, large, "Name teams only: --handles teams.", place))
    if others:
        message = f"{' and '.join(others)} count for nothing, as {place} is there"
        found.append(Finding("codeowners", Outcome.ADVICE, message, "Keep one of them."))
    yield from found or [ok("codeowners", f"{place} can be read, and is the only one")]


def trust_root(seen: Observed) -> Iterator[Finding]:
    """Look who is asked before rules, people or the gate change: whoever may change them can let anything pass."""
    if seen.git is None or not seen.law:  # where nothing judges, nothing has to be guarded
        return
    place, read = _effective(seen)
    if not place:
        message = "nobody is asked before the rules, the people or the gate change: there is no CODEOWNERS"
        if not seen.on_forge:
            message += "; on a plain git server the hook guards them, on a forge nothing does"
        yield Finding("trust-root", _severity(seen), message, _fix(seen))
        return
    open_ = [path for path, probe in _roots(seen) if not read.of(probe)]
    if open_:
        message = f"no owner is asked before these change: {', '.join(open_)}"
        yield Finding("trust-root", _severity(seen), message, _fix(seen), place)
    else:
        yield ok("trust-root", f"{place} names owners for rules, people, schemas and the gate")


def _roots(seen: Observed) -> Iterator[tuple[str, str]]:
    """Yield what has to be owned, and a path that stands for it."""
    yield from ((each, f"{each}{PROBE}" if each.endswith("/") else each) for each in seen.law)
    yield f"{seen.prefix}preflight.yaml", f"{seen.prefix}preflight.yaml"
    if "github" in seen.forges:
        yield ".github/", f".github/workflows/{PROBE}.yml"
    if "gitlab" in seen.forges:
        yield ".gitlab-ci.yml", ".gitlab-ci.yml"
    # A new file in a higher place would take the place of the one that counts.
    yield from ((each, each) for each in _order(seen))


def rules(seen: Observed) -> Iterator[Finding]:
    """Look for rules that nobody owns: anybody changes them, and nobody keeps them up to date."""
    place, read = _effective(seen)
    if not seen.rules or seen.git is None:
        return
    unowned = [path for path in seen.rules if not read.of(path)]
    if not unowned:
        yield ok("rule-owners", f"{counted(len(seen.rules), 'rule')}, each with an owner")
        return
    folders = list(dict.fromkeys(path.rpartition("/")[0] for path in unowned))
    named = ", ".join(folders[:MOST_NAMED]) + (" …" if len(folders) > MOST_NAMED else "")
    message = f"{len(unowned):,} of {counted(len(seen.rules), 'rule')} without an owner, in {named}"
    yield Finding("rule-owners", _severity(seen), message, _fix(seen), place)
