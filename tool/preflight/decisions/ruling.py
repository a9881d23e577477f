"""Which decisions count on a day: every file under vendors/decisions/ is held against keys, people and place.

The checks come in a fixed order, and the first that fails is told; a file with a fault has no effect. What has
run out or was taken back is no fault: it was right once, and stays in the folder for the audit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from preflight.agreement import holds
from preflight.decisions import FOLDER, NAMESPACE, POLICY_NAMESPACE, Decision, sshsig, strict_json
from preflight.decisions import statement as statements
from preflight.decisions.sshsig import SignatureFault
from preflight.decisions.statement import POLICIES
from preflight.errors import DocumentError
from preflight.model import EMPTY, Position, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.decisions import State
    from preflight.decisions.signers import SignerKey, Signers
    from preflight.decisions.sshsig import Signature
    from preflight.decisions.statement import Statement
    from preflight.decisions.strict_json import Text
    from preflight.model import JsonObject

SIGNATURE = ".sig"
MAX_BYTES = {"": strict_json.MAX_BYTES, SIGNATURE: sshsig.MAX_ARMORED}
SIGN_AGAIN = "Sign it again as it is, or delete it before it is merged and decide anew."
DECIDE_ANEW = "Have it decided anew, by somebody who may."

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
_PATH = re.compile(
    rf"{FOLDER}/(?P<vendor>{_SLUG})/(?P<stem>\d{{4}}-\d{{2}}-\d{{2}}-{_SLUG}-[0-9a-f]{{8}})\.json(?:\.sig)?", re.ASCII
)

Fault = tuple[str, Problem]  # the path that it is about


@dataclass(frozen=True, slots=True)
class Terms:
    """What policy asks of decisions beyond a good signature, and what history knows of them.

    ``touch`` and ``identify`` are the roles that have to touch a hardware key, and to unlock it. ``revokers`` are the
    roles that may revoke what other roles decided. ``arrived`` is the day on which a decision (by the path of its
    statement) came into the protected history: where it is known, key and role had to be good on that day, too, so
    that nobody who lost them can still sign for a day long past. ``former`` are the keys that were listed when it
    came, where they are others than now: taking a key off the list ends what it may sign, not what it signed.
    ``leaked`` are fingerprints, each with the day from which on nothing counts that came with that key. ``landed`` are
    the decisions that the protected history has, and those beside them are new; None: that is not known. ``claimed``
    is for new ones the day of which history will say that they came on it.
    """

    touch: frozenset[str] = frozenset()
    identify: frozenset[str] = frozenset()
    revokers: frozenset[str] = frozenset()
    arrived: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    former: Mapping[str, Signers] = field(default_factory=lambda: EMPTY)
    leaked: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    landed: frozenset[str] | None = None
    claimed: Mapping[str, date] = field(default_factory=lambda: EMPTY)

    def is_landed(self, path: str) -> bool:
        """Whether a decision is known to be in the protected history."""
        return self.landed is not None and path in self.landed

    def is_new(self, path: str) -> bool:
        """Whether a decision is known to come with the change."""
        return self.landed is not None and path not in self.landed


@dataclass(frozen=True, slots=True)
class _Court:
    """What all decisions are held against."""

    files: Mapping[str, bytes]
    signers: Signers
    people: Mapping[str, JsonObject]
    repository: str
    today: date
    terms: Terms


class _RefusedError(Exception):
    """The first check that a file fails."""

    def __init__(self, path: str, problem: Problem) -> None:
        super().__init__(problem.message)
        self.fault = (path, problem)


def judge(  # noqa: PLR0913 - each is a source of its own, and all are needed
    files: Mapping[str, bytes],
    signers: Signers,
    people: JsonObject,
    repository: str,
    today: date,
    *,
    terms: Terms | None = None,
) -> tuple[tuple[Decision, ...], tuple[Fault, ...]]:
    """Return the decisions without a fault, in force or not, and the faults of all others, in the order of paths.

    ``files`` are all files below vendors/decisions/, ``people`` is policies/people.yaml. Policy, signers and people
    have to come from the base: whoever proposes a change could name themselves otherwise.
    """
    known = {person["id"]: person for person in people["people"]}
    court = _Court(files, signers, known, repository, today, terms or Terms())
    sound: list[tuple[Decision, Text]] = []
    faults: list[Fault] = []
    for path in sorted(files):
        try:
            if not path.endswith(SIGNATURE):
                sound.append(_decision(court, path))
            else:
                _check_alone(court, path)
        except _RefusedError as refused:
            faults.append(refused.fault)
    sound, repeated = _without_repeats(court, sound)
    revocations, mistaken = _revocations(court, sound)
    void = {path for path, _ in mistaken}
    revoked: dict[tuple[str, str], date] = {}
    for each in (each for each in revocations if each.in_force):
        named, said = (each.statement.vendor, each.statement.revokes), each.statement.decided_on
        # Until it came, what it takes back went on to count.
        day = min(max(said, court.terms.arrived.get(each.path, said)), revoked.get(named, date.max))
        revoked |= {one: min(day, revoked.get(one, date.max)) for one in (named, *_left_over(court, sound, each))}
    # What was taken back has no effect, so nobody has to do anything about what is wrong with it. It does not come in,
    # though: what a file is held against may change, and then it would lie there.
    taken_back = {f"{FOLDER}/{vendor}/{revokes}.json" for vendor, revokes in revoked}
    silent = {path for path in taken_back if not court.terms.is_new(path)}
    faults = [each for each in (*faults, *repeated, *mistaken) if each[0].removesuffix(SIGNATURE) not in silent]
    decisions = (
        replace(each, state="revoked", revoked_on=day) if day else each
        for each, day in ((each, revoked.get((each.statement.vendor, each.id))) for each, _ in sound)
        if each.path not in void
    )
    return tuple(decisions), tuple(sorted(faults, key=lambda fault: (fault[0], fault[1].rule)))


def _decision(court: _Court, path: str) -> tuple[Decision, Text]:
    """Hold one statement and its signature against everything but the other decisions."""
    vendor = _check_name(path)
    _check_size(court, path)
    statement, text = _statement(court, path)
    stated = f"{FOLDER}/{vendor}/{statements.file_name(statement)}"
    if path != stated:
        message = f"its name should be {statements.file_name(statement)}, by what it says"
        raise _refused(path, "name", message, "Give it that name; the signature stays good.")
    signature = _signature(court, path, namespace_of(statement))
    stays = _has_ended_trust(court, path, statement)
    if not stays:
        key = _key(court, path, signature)
        _check_key(court, path, statement, signature, key)
        _check_person(court, path, statement, text, key)
    _check_place(court, path, statement, text, vendor)
    if not stays:
        _check_role(court, path, statement, text)
        _check_day(court, path, statement, text)
        _check_hardware(court, path, statement, signature)
        _check_leaked(court, path, statement, signature)
    found = Decision(
        id=statement.id,
        path=path,
        statement=statement,
        fingerprint=signature.key.fingerprint,
        touched=signature.touched,
        identified=signature.identified,
        state=_state(court, path, statement, signature.key.fingerprint),
    )
    return found, text


def _check_alone(court: _Court, path: str) -> None:
    """Hold a signature file against what concerns it alone; the rest is told of its statement."""
    _check_name(path)
    if path.removesuffix(SIGNATURE) not in court.files:
        message = "the statement that it signs is not here"
        name = path.rpartition("/")[2].removesuffix(SIGNATURE)
        fix = (
            f"Add {name}, as signed. If a run that was cut short left this, delete it; the next decision does so, too."
        )
        raise _refused(path, "statement", message, fix)


def _check_name(path: str) -> str:
    found = _PATH.fullmatch(path)
    if not found:
        message = "the file has no name of a decision"
        fix = f"Decisions are called {FOLDER}/<vendor>/<date>-<role>-<8 digits>.json, their signatures .json.sig."
        raise _refused(path, "name", message, fix)
    return found.group("vendor")


def _check_size(court: _Court, path: str) -> None:
    for ending, most in MAX_BYTES.items():
        size = len(court.files.get(path + ending, b""))
        if size > most:
            message = f"the file has more than the {most:,} bytes that are read"
            raise _refused(path + ending, "size", message, "Shorten what is said, and have it signed anew.")


def _statement(court: _Court, path: str) -> tuple[Statement, Text]:
    try:
        return statements.read(court.files[path])
    except DocumentError as error:
        place = Position(error.line, error.column)
        problem = Problem("decision/statement", error.message, error.fix, position=place)
        raise _RefusedError(path, problem) from None


def namespace_of(statement: Statement) -> str:
    """Return the namespace in which a statement of that kind has to be signed."""
    return POLICY_NAMESPACE if statement.kind == "amend" else NAMESPACE


def _signature(court: _Court, path: str, namespace: str) -> Signature:
    signed = path + SIGNATURE
    if signed not in court.files:
        fix = f"Sign it: ssh-keygen -Y sign -n {namespace} -f KEY {path.rpartition('/')[2]}"
        raise _refused(path, "signature", "nobody has signed it", fix)
    try:
        signature = sshsig.parse(court.files[signed])
    except SignatureFault as fault:
        raise _refused(signed, "signature", f"the signature is not accepted: {fault.reason}", SIGN_AGAIN) from None
    if signature.namespace != namespace:
        message = f"the signature was made for {signature.namespace!r}, and {namespace} is wanted"
        raise _refused(signed, "namespace", message, f"Sign it with -n {namespace}.")
    try:
        sshsig.verify(signature, court.files[path], namespace)
    except SignatureFault as fault:
        raise _refused(signed, "signature", f"the signature is not good: {fault.reason}", SIGN_AGAIN) from None
    return signature


def _has_ended_trust(court: _Court, path: str, statement: Statement) -> bool:
    """Whether it is a revocation that landed: all of it was held against the keys and people of then.

    Whatever becomes of them later, of a key that ends as of a day before or of a person who had left, and whatever day
    its commit claims, it goes on to count: what takes trust away from somebody gives none back to others.
    """
    return statement.kind == "revoke" and court.terms.is_landed(path)


def _key(court: _Court, path: str, signature: Signature) -> SignerKey:
    signed = path + SIGNATURE
    fingerprint = signature.key.fingerprint
    former = court.terms.former.get(path)
    key = court.signers.key_of(fingerprint) or (former.key_of(fingerprint) if former else None)
    if not key:
        message = f"nobody's key is {fingerprint}"
        raise _refused(
            signed, "key", message, "Have the key added to policies/allowed_signers first, in its own change."
        )
    return key


def _check_key(court: _Court, path: str, statement: Statement, signature: Signature, key: SignerKey) -> None:
    signed, fingerprint, namespace = path + SIGNATURE, signature.key.fingerprint, namespace_of(statement)
    if not key.allows(namespace):
        what = "amendments" if namespace == POLICY_NAMESPACE else "decisions"
        message = f"the key {fingerprint} of {key.principal} may not sign {what}"
        fix = f"Have {namespace} added to its namespaces in policies/allowed_signers, in a change of its own."
        raise _refused(signed, "key", message, fix)
    for day in _days(court, path, statement):
        if not key.valid_on(day):
            message = f"the key {fingerprint} of {key.principal} is not valid on {day.isoformat()}"
            raise _refused(signed, "key-validity", message, "Sign with a key that is valid now.")


def _check_person(court: _Court, path: str, statement: Statement, text: Text, key: SignerKey) -> None:
    person = court.people.get(statement.by)
    names = {statement.by, person.get("email", statement.by)} if person else set()
    if key.principal not in names:
        message = f"it says {statement.by} decided, and the key is that of {key.principal}"
        raise _at(path, text, "/by", "principal", message, "Everybody signs for themselves, with their own key.")


def _check_place(court: _Court, path: str, statement: Statement, text: Text, vendor: str) -> None:
    if statement.repository != court.repository:
        message = f"it was decided for the registry {statement.repository}, and this is {court.repository}"
        raise _at(path, text, "/repository", "repository", message, "Have it decided for this registry.")
    if (statement.kind == "amend") != (statement.vendor == POLICIES) and statement.kind != "revoke":
        message = f"an amendment is about {POLICIES} and nothing else is, and this is about {statement.vendor}"
        raise _at(path, text, "/vendor", "vendor", message, DECIDE_ANEW)
    if statement.vendor != vendor:
        message = f"it is about {statement.vendor}, and lies in the folder of {vendor}"
        raise _at(path, text, "/vendor", "vendor", message, f"Move both files to {FOLDER}/{statement.vendor}/.")


def _check_role(court: _Court, path: str, statement: Statement, text: Text) -> None:
    person = court.people[statement.by]
    held = [role for role in person.get("roles", ()) if role["role"] == statement.role]
    for day in (day.isoformat() for day in _days(court, path, statement)):
        if "left" in person and person["left"] < day:
            message = f"{statement.by} had left by {day}, on {person['left']}"
            raise _at(path, text, "/by", "role", message, DECIDE_ANEW)
        if not any(holds(role, day) for role in held):
            message = f"{statement.by} did not hold the role {statement.role} on {day}"
            raise _at(path, text, "/role", "role", message, DECIDE_ANEW)


def _check_day(court: _Court, path: str, statement: Statement, text: Text) -> None:
    """Refuse what was there before the day on which it says it was decided."""
    day = min(_arrived(court, path, statement), default=None)
    if day is not None and statement.decided_on > day:
        message = f"it says it was decided on {statement.decided_on}, and it was here on {day} already"
        raise _at(path, text, "/decided_on", "future", message, "Sign on the day of the decision.")


def _check_hardware(court: _Court, path: str, statement: Statement, signature: Signature) -> None:
    wanted = (
        (court.terms.touch, signature.touched, "touched", "a touch of a hardware key"),
        (court.terms.identify, signature.identified, "unlocked by a PIN or finger", "the PIN of a hardware key"),
    )
    for roles, given, how, what in wanted:
        if statement.role in roles and not given:
            message = f"the role {statement.role} decides with a hardware key that is {how}, and this one was not"
            fix = f"Sign with {what}; ssh-keygen -t ed25519-sk makes such a key."
            raise _refused(path + SIGNATURE, "touch", message, fix)


def _check_leaked(court: _Court, path: str, statement: Statement, signature: Signature) -> None:
    """Refuse what comes with a key that leaked: by the day that its commit claims it could count later."""
    fingerprint = signature.key.fingerprint
    if court.terms.is_new(path) and _is_void(court, path, statement, fingerprint):
        message = f"the key {fingerprint} leaked, and nothing counts that came since {court.terms.leaked[fingerprint]}"
        raise _refused(path + SIGNATURE, "leaked", message, "Have it decided anew, with a key that did not leak.")


def _days(court: _Court, path: str, statement: Statement) -> Iterator[date]:
    """Yield the days on which key and role have to be good."""
    yield statement.decided_on
    yield from _arrived(court, path, statement)


def _arrived(court: _Court, path: str, statement: Statement) -> Iterator[date]:
    """Yield the days on which it came, as far as they are known: for the gate, and for history later.

    A revocation that landed counts whatever day history tells.
    """
    if path in court.terms.arrived:
        yield court.terms.arrived[path]
    if path in court.terms.claimed and statement.kind != "revoke":
        yield court.terms.claimed[path]


def _state(court: _Court, path: str, statement: Statement, fingerprint: str) -> State:
    if _is_void(court, path, statement, fingerprint):
        return "void"
    if statement.decided_on > court.today:
        return "not-yet"
    return "expired" if statement.valid_until and statement.valid_until < court.today else "in-force"


def _is_void(court: _Court, path: str, statement: Statement, fingerprint: str) -> bool:
    """Whether a decision came with a key that had leaked by then.

    Where it is not known when it came, it is not known whether that was before the key leaked. What takes trust away
    goes on to count: to lose a key brings nothing back that its holder had ended.
    """
    leaked = court.terms.leaked.get(fingerprint)
    return leaked is not None and statement.kind != "revoke" and court.terms.arrived.get(path, date.max) >= leaked


def _without_repeats(
    court: _Court, sound: list[tuple[Decision, Text]]
) -> tuple[list[tuple[Decision, Text]], list[Fault]]:
    """Part decisions from those whose nonce an earlier one has.

    Earlier is what came earlier, whatever day it gives itself, and of what comes together a revocation is before all
    others: nobody can end a decision, or take the end from one, by signing another with the same nonce.
    """

    def turn(pair: tuple[Decision, Text]) -> tuple[bool, bool, date, date, str]:
        said, path = pair[0].statement, pair[0].path
        new = not court.terms.is_landed(path)
        return new, said.kind != "revoke", court.terms.arrived.get(path, date.max), said.decided_on, path

    first: dict[str, Decision] = {}
    kept: list[tuple[Decision, Text]] = []
    faults: list[Fault] = []
    for each, text in sorted(sound, key=turn):
        earlier = first.setdefault(each.statement.nonce, each)
        if earlier is each or _has_ended_trust(court, each.path, each.statement):
            kept.append((each, text))
        else:
            message = f"its nonce is that of {earlier.path}: one of the two was copied"
            faults.append(_at(each.path, text, "/nonce", "duplicate", message, "Have it decided anew.").fault)
    return sorted(kept, key=lambda pair: pair[0].path), faults


def _revocations(court: _Court, sound: list[tuple[Decision, Text]]) -> tuple[list[Decision], list[Fault]]:
    """Return the revocations that may revoke what they name, and the faults of the others.

    A decision that has a fault of its own may be revoked by anybody: it has no effect anyway. One that is not here yet
    may be revoked before it comes, or somebody else could land what its signer has long taken back.
    """
    by_id = {(each.statement.vendor, each.id): each for each, _ in sound}
    found: list[Decision] = []
    faults: list[Fault] = []
    revoking = [(each, text) for each, text in sound if each.statement.kind == "revoke"]
    # Those that name a revocation come last: by then it is known whether that one has a fault of its own.
    names = {(each.statement.vendor, each.id) for each, _ in revoking}
    revoking.sort(key=lambda pair: (pair[0].statement.vendor, pair[0].statement.revokes) in names)
    for each, text in revoking:
        said = each.statement
        mistaken = {path for path, _ in faults}
        other = by_id.get((said.vendor, said.revokes))
        if other and other.path in mistaken:
            other = None
        if other and other.statement.kind == "revoke":
            if not _has_ended_trust(court, each.path, said):
                message = f"{said.revokes} is a revocation, which cannot be taken back"
                faults.append(_at(each.path, text, "/revokes", "revocation", message, "Have it approved anew.").fault)
        elif (role := _revoked_role(court, said, other)) and not _may_revoke(court, each, role):
            message = f"the role {said.role} may not revoke what the role {role} decided"
            faults.append(_at(each.path, text, "/role", "revoker", message, DECIDE_ANEW).fault)
        else:
            found.append(each)
    return found, faults


def _left_over(court: _Court, sound: list[tuple[Decision, Text]], revocation: Decision) -> Iterator[tuple[str, str]]:
    """Yield vendor and id of what says the same as that which was taken back, was signed before that, and came later.

    Whoever signed twice, because the first mail seemed lost, takes back both.
    """
    said = revocation.statement
    same = [each for each, _ in sound if each.statement.vendor == said.vendor]
    gone = next((each.statement for each in same if each.id == said.revokes), None)
    came = court.terms.arrived.get(revocation.path, said.decided_on)
    for each in same:
        late = court.terms.is_new(each.path) or court.terms.arrived.get(each.path, date.min) >= came
        # Of what was signed on the day on which the other was taken back, it is not known which came first.
        if late and each.statement.decided_on < said.decided_on and _says_the_same(each.statement, said, gone):
            yield said.vendor, each.id


def _says_the_same(other: Statement, said: Statement, gone: Statement | None) -> bool:
    """Whether a statement says what a revocation takes back.

    Of what never came only its id is known. It tells role and day: all that its signer signed as that on that day goes.
    """
    if gone:
        return _gist(other) == _gist(gone)
    whose = other.role == statements.role_of(said.revokes) and other.by == said.by
    return whose and said.revokes.startswith(other.decided_on.isoformat())


def _gist(statement: Statement) -> Statement:
    """Return what a statement says, whenever it was signed, and by whatever words."""
    return replace(statement, nonce="", decided_on=date.min, facts=(), rules="", reason="")


def _revoked_role(court: _Court, said: Statement, other: Decision | None) -> str | None:
    """Return the role that decided what is revoked; None where that has a fault.

    Where it is not here yet, its id tells: it may be on its way, and who signed it takes it back before it comes.
    """
    if other:
        return other.statement.role
    there = f"{FOLDER}/{said.vendor}/{said.revokes}.json" in court.files
    return None if there else statements.role_of(said.revokes)


def _may_revoke(court: _Court, one: Decision, role: str) -> bool:
    may = one.statement.role in {role, *court.terms.revokers}
    return may or _has_ended_trust(court, one.path, one.statement)


def _refused(path: str, check: str, message: str, fix: str) -> _RefusedError:
    return _RefusedError(path, Problem(f"decision/{check}", message, fix))


def _at(  # noqa: PLR0913, PLR0917 - the place, and the parts of a problem
    path: str, text: Text, pointer: str, check: str, message: str, fix: str
) -> _RefusedError:
    return _RefusedError(path, Problem(f"decision/{check}", message, fix, pointer, text.position(pointer)))
