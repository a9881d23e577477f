"""Which decisions count on a day: every file under vendors/decisions/ is held against keys, people and place.

The checks come in a fixed order, and the first that fails is told; a file with a fault has no effect. What has
run out or was taken back is no fault: it was right once, and stays in the folder for the audit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from preflight.agreement import holds
from preflight.decisions import FOLDER, NAMESPACE, POLICY_NAMESPACE, Decision, revoking, sshsig, strict_json
from preflight.decisions import statement as statements
from preflight.decisions.court import DECIDE_ANEW, SIGNATURE, Court, RefusedError, Terms, at, has_ended_trust, refused
from preflight.decisions.sshsig import SignatureFault
from preflight.decisions.statement import POLICIES
from preflight.errors import DocumentError
from preflight.model import Position, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.decisions import State
    from preflight.decisions.court import Fault
    from preflight.decisions.revoking import Ended, Named
    from preflight.decisions.signers import SignerKey, Signers
    from preflight.decisions.sshsig import Signature
    from preflight.decisions.statement import Statement
    from preflight.decisions.strict_json import Text
    from preflight.model import JsonObject

MAX_BYTES = {"": strict_json.MAX_BYTES, SIGNATURE: sshsig.MAX_ARMORED}
SIGN_AGAIN = "Sign it again as it is, or delete it before it is merged and decide anew."

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
_PATH = re.compile(
    rf"{FOLDER}/(?P<vendor>{_SLUG})/(?P<stem>\d{{4}}-\d{{2}}-\d{{2}}-{_SLUG}-[0-9a-f]{{8}})\.json(?:\.sig)?", re.ASCII
)


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
    court = Court(files, signers, known, repository, today, terms or Terms())
    sound: list[tuple[Decision, Text]] = []
    faults: list[Fault] = []
    for path in sorted(files):
        try:
            if not path.endswith(SIGNATURE):
                sound.append(_decision(court, path))
            else:
                _check_alone(court, path)
        except RefusedError as error:
            faults.append(error.fault)
    sound, repeated = _without_repeats(court, sound)
    revoked, mistaken = revoking.taken_back(court, sound)
    late = list(_taken_back_before(court, sound, revoked))
    void = {path for path, _ in (*mistaken, *late)}
    # What was taken back has no effect, so nobody has to do anything about what is wrong with it. It does not come in,
    # though: what a file is held against may change, and then it would lie there.
    gone = {f"{FOLDER}/{vendor}/{name}.json" for vendor, name in revoked}
    silent = {path for path in gone if not court.terms.is_new(path)}
    faults = [each for each in (*faults, *repeated, *mistaken, *late) if each[0].removesuffix(SIGNATURE) not in silent]
    decisions = (
        replace(each, state="revoked", revoked_on=ended.on) if ended else each
        for each, ended in ((each, revoked.get((each.statement.vendor, each.id))) for each, _ in sound)
        if each.path not in void
    )
    return tuple(decisions), tuple(sorted(faults, key=lambda fault: (fault[0], fault[1].rule)))


def _decision(court: Court, path: str) -> tuple[Decision, Text]:
    """Hold one statement and its signature against everything but the other decisions."""
    vendor = _check_name(path)
    _check_size(court, path)
    statement, text = _statement(court, path)
    stated = f"{FOLDER}/{vendor}/{statements.file_name(statement)}"
    if path != stated:
        message = f"its name should be {statements.file_name(statement)}, by what it says"
        raise refused(path, "name", message, "Give it that name; the signature stays good.")
    signature = _signature(court, path, namespace_of(statement))
    stays = has_ended_trust(court, path, statement)
    if not stays:
        key = _key(court, path, signature)
        _check_key(court, path, statement, signature, key)
        _check_person(court, path, statement, text, key)
    _check_place(court, path, statement, text, vendor)
    if not stays:
        spent = _is_spent(court, path, statement)
        if not spent:
            _check_role(court, path, statement, text)
        _check_day(court, path, statement, text)
        if not spent:
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


def _is_spent(court: Court, path: str, statement: Statement) -> bool:
    """Whether it is an amendment that landed: it was held against the roles of then, and lets nobody do anything again.

    The change that it agreed to may end the role in which it was signed, also as of a day before.
    """
    return statement.kind == "amend" and court.terms.is_landed(path)


def _check_alone(court: Court, path: str) -> None:
    """Hold a signature file against what concerns it alone; the rest is told of its statement."""
    _check_name(path)
    if path.removesuffix(SIGNATURE) not in court.files:
        message = "the statement that it signs is not here"
        name = path.rpartition("/")[2].removesuffix(SIGNATURE)
        fix = (
            f"Add {name}, as signed. If a run that was cut short left this, delete it; the next decision does so, too."
        )
        raise refused(path, "statement", message, fix)


def _check_name(path: str) -> str:
    found = _PATH.fullmatch(path)
    if not found:
        message = "the file has no name of a decision"
        fix = f"Decisions are called {FOLDER}/<vendor>/<date>-<role>-<8 digits>.json, their signatures .json.sig."
        raise refused(path, "name", message, fix)
    return found.group("vendor")


def _check_size(court: Court, path: str) -> None:
    for ending, most in MAX_BYTES.items():
        size = len(court.files.get(path + ending, b""))
        if size > most:
            message = f"the file has more than the {most:,} bytes that are read"
            raise refused(path + ending, "size", message, "Shorten what is said, and have it signed anew.")


def _statement(court: Court, path: str) -> tuple[Statement, Text]:
    try:
        return statements.read(court.files[path])
    except DocumentError as error:
        place = Position(error.line, error.column)
        problem = Problem("decision/statement", error.message, error.fix, position=place)
        raise RefusedError(path, problem) from None


def namespace_of(statement: Statement) -> str:
    """Return the namespace in which a statement of that kind has to be signed."""
    return POLICY_NAMESPACE if statement.kind == "amend" else NAMESPACE


def _signature(court: Court, path: str, namespace: str) -> Signature:
    signed = path + SIGNATURE
    if signed not in court.files:
        fix = f"Sign it: ssh-keygen -Y sign -n {namespace} -f KEY {path.rpartition('/')[2]}"
        raise refused(path, "signature", "nobody has signed it", fix)
    try:
        signature = sshsig.parse(court.files[signed])
    except SignatureFault as fault:
        raise refused(signed, "signature", f"the signature is not accepted: {fault.reason}", SIGN_AGAIN) from None
    if signature.namespace != namespace:
        message = f"the signature was made for {signature.namespace!r}, and {namespace} is wanted"
        raise refused(signed, "namespace", message, f"Sign it with -n {namespace}.")
    try:
        sshsig.verify(signature, court.files[path], namespace)
    except SignatureFault as fault:
        raise refused(signed, "signature", f"the signature is not good: {fault.reason}", SIGN_AGAIN) from None
    return signature


def _key(court: Court, path: str, signature: Signature) -> SignerKey:
    signed = path + SIGNATURE
    fingerprint = signature.key.fingerprint
    former = court.terms.former.get(path)
    key = court.signers.key_of(fingerprint) or (former.key_of(fingerprint) if former else None)
    if not key:
        message = f"nobody's key is {fingerprint}"
        raise refused(
            signed, "key", message, "Have the key added to policies/allowed_signers first, in its own change."
        )
    return key


def _check_key(court: Court, path: str, statement: Statement, signature: Signature, key: SignerKey) -> None:
    signed, fingerprint, namespace = path + SIGNATURE, signature.key.fingerprint, namespace_of(statement)
    if not key.allows(namespace):
        what = "amendments" if namespace == POLICY_NAMESPACE else "decisions"
        message = f"the key {fingerprint} of {key.principal} may not sign {what}"
        fix = f"Have {namespace} added to its namespaces in policies/allowed_signers, in a change of its own."
        raise refused(signed, "key", message, fix)
    for day in _days(court, path, statement):
        if not key.valid_on(day):
            message = f"the key {fingerprint} of {key.principal} is not valid on {day.isoformat()}"
            raise refused(signed, "key-validity", message, "Sign with a key that is valid now.")


def _check_person(court: Court, path: str, statement: Statement, text: Text, key: SignerKey) -> None:
    person = court.people.get(statement.by)
    names = {statement.by, person.get("email", statement.by)} if person else set()
    if key.principal not in names:
        message = f"it says {statement.by} decided, and the key is that of {key.principal}"
        raise at(path, text, "/by", "principal", message, "Everybody signs for themselves, with their own key.")


def _check_place(court: Court, path: str, statement: Statement, text: Text, vendor: str) -> None:
    if statement.repository != court.repository:
        message = f"it was decided for the registry {statement.repository}, and this is {court.repository}"
        raise at(path, text, "/repository", "repository", message, "Have it decided for this registry.")
    if (statement.kind == "amend") != (statement.vendor == POLICIES) and statement.kind != "revoke":
        message = f"an amendment is about {POLICIES} and nothing else is, and this is about {statement.vendor}"
        raise at(path, text, "/vendor", "vendor", message, DECIDE_ANEW)
    if statement.vendor != vendor:
        message = f"it is about {statement.vendor}, and lies in the folder of {vendor}"
        raise at(path, text, "/vendor", "vendor", message, f"Move both files to {FOLDER}/{statement.vendor}/.")


def _check_role(court: Court, path: str, statement: Statement, text: Text) -> None:
    person = court.people[statement.by]
    held = [role for role in person.get("roles", ()) if role["role"] == statement.role]
    for day in (day.isoformat() for day in _days(court, path, statement)):
        if "left" in person and person["left"] < day:
            message = f"{statement.by} had left by {day}, on {person['left']}"
            raise at(path, text, "/by", "role", message, DECIDE_ANEW)
        if not any(holds(role, day) for role in held):
            message = f"{statement.by} did not hold the role {statement.role} on {day}"
            raise at(path, text, "/role", "role", message, DECIDE_ANEW)


def _check_day(court: Court, path: str, statement: Statement, text: Text) -> None:
    """Refuse what was there before the day on which it says it was decided."""
    day = min(_arrived(court, path, statement), default=None)
    if day is not None and statement.decided_on > day:
        message = f"it says it was decided on {statement.decided_on}, and it was here on {day} already"
        raise at(path, text, "/decided_on", "future", message, "Sign on the day of the decision.")


def _check_hardware(court: Court, path: str, statement: Statement, signature: Signature) -> None:
    wanted = (
        (court.terms.touch, signature.touched, "touched", "a touch of a hardware key"),
        (court.terms.identify, signature.identified, "unlocked by a PIN or finger", "the PIN of a hardware key"),
    )
    for roles, given, how, what in wanted:
        if statement.role in roles and not given:
            message = f"the role {statement.role} decides with a hardware key that is {how}, and this one was not"
            fix = f"Sign with {what}; ssh-keygen -t ed25519-sk makes such a key."
            raise refused(path + SIGNATURE, "touch", message, fix)


def _check_leaked(court: Court, path: str, statement: Statement, signature: Signature) -> None:
    """Refuse what comes with a key that leaked: by the day that its commit claims it could count later."""
    fingerprint = signature.key.fingerprint
    if court.terms.is_new(path) and _is_void(court, path, statement, fingerprint):
        message = f"the key {fingerprint} leaked, and nothing counts that came since {court.terms.leaked[fingerprint]}"
        raise refused(path + SIGNATURE, "leaked", message, "Have it decided anew, with a key that did not leak.")


def _days(court: Court, path: str, statement: Statement) -> Iterator[date]:
    """Yield the days on which key and role have to be good."""
    yield statement.decided_on
    yield from _arrived(court, path, statement)


def _arrived(court: Court, path: str, statement: Statement) -> Iterator[date]:
    """Yield the days on which it came, as far as they are known: for the gate, and for history later.

    A revocation that landed counts whatever day history tells.
    """
    if path in court.terms.arrived:
        yield court.terms.arrived[path]
    if path in court.terms.claimed and statement.kind != "revoke":
        yield court.terms.claimed[path]


def _state(court: Court, path: str, statement: Statement, fingerprint: str) -> State:
    if _is_void(court, path, statement, fingerprint):
        return "void"
    if statement.decided_on > court.today:
        return "not-yet"
    return "expired" if statement.valid_until and statement.valid_until < court.today else "in-force"


def _is_void(court: Court, path: str, statement: Statement, fingerprint: str) -> bool:
    """Whether a decision came with a key that had leaked by then.

    Where it is not known when it came, it is not known whether that was before the key leaked. What takes trust away
    goes on to count: to lose a key brings nothing back that its holder had ended.
    """
    leaked = court.terms.leaked.get(fingerprint)
    return leaked is not None and statement.kind != "revoke" and court.terms.arrived.get(path, date.max) >= leaked


def _taken_back_before(
    court: Court, sound: list[tuple[Decision, Text]], revoked: Mapping[Named, Ended]
) -> Iterator[Fault]:
    """Yield as faults what comes although it was taken back before: it would lie there until somebody can use it."""
    for each, text in sound:
        ended = revoked.get((each.statement.vendor, each.id))
        if ended and ended.landed and court.terms.is_new(each.path):
            message = f"what the role {each.statement.role} had decided was taken back on {ended.on}, and this with it"
            fix = "Leave out both files, and have it decided anew."
            yield at(each.path, text, "", "revoked", message, fix).fault


def _without_repeats(
    court: Court, sound: list[tuple[Decision, Text]]
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
        if earlier is each or has_ended_trust(court, each.path, each.statement):
            kept.append((each, text))
        else:
            message = f"its nonce is that of {earlier.path}: one of the two was copied"
            faults.append(at(each.path, text, "/nonce", "duplicate", message, "Have it decided anew.").fault)
    return sorted(kept, key=lambda pair: pair[0].path), faults
