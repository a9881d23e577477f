"""An evidence pack: a folder for somebody who has git, sha256sum and ssh-keygen, and nothing of ours.

Nothing in it depends on when or where it was made. What stands in a path or a name of the history is never trusted:
a file gets into the pack only under a path that means the same everywhere.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.escaping import markdown, terminal
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

MANIFEST, README, DECISIONS, LEFT_OUT = "MANIFEST", "README.md", "decisions.txt", "left-out.txt"
BRANCH = "evidence"
SIDES = ("start", "end")
MAX_PART = 100
NAMED_BY = {40: "sha1", 64: "sha256"}  # length of a name → the hash that git names objects by

_PART = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._+@-]*", re.ASCII)
_NAME = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision with all that ssh-keygen needs to verify it: who, in which namespace, which list of keys, the day."""

    principal: str
    namespace: str
    keys: str
    day: date
    path: str

    def line(self) -> str:
        """Return the line of decisions.txt."""
        # Noon, in UTC: whichever moment of its day ssh-keygen is asked about, it says the same.
        return f"{self.principal} {self.namespace} {self.keys} {self.day:%Y%m%d}1200Z {self.path}\n"

    @property
    def plain(self) -> bool:
        """Whether nothing in it can pass for something else where it is read word by word."""
        return all(_NAME.fullmatch(each) for each in (self.principal, self.namespace)) and safe(self.path)


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of a pack. ``start`` None: it begins with the history; ``vendors`` empty: all of them."""

    registry: str | None
    head: str
    start: str | None
    commits: int
    inside: int
    days: tuple[date, date]
    vendors: tuple[str, ...]
    verdict: str
    verification: str
    left_out: int
    decisions: int


def safe(path: str) -> bool:
    """Whether a path is plain enough to be written anywhere: no step up, nothing hidden, nothing of git."""
    parts = path.split("/")
    plain = all(_PART.fullmatch(part) and len(part) <= MAX_PART and part.strip(".") for part in parts)
    return plain and ".git" not in path.casefold().split("/")


def sorted_out(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the paths that can be written side by side, and those that cannot."""
    good: list[str] = []
    left: list[str] = []
    files: set[str] = set()
    folders: set[str] = set()
    for path in sorted(paths):
        folded = path.casefold()  # on many disks, names that differ in nothing else are one
        steps = folded.split("/")
        above = {"/".join(steps[:depth]) for depth in range(1, len(steps))}
        if safe(path) and folded not in files and folded not in folders and not above & files:
            good.append(path)
            files.add(folded)
            folders |= above
        else:
            left.append(path)
    return good, left


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of all files, as sha256sum writes and reads them."""
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode("ascii")


def left_out(paths: Sequence[str]) -> bytes:
    """Return the list of what is in the history and could not be written under its name."""
    return "".join(f"{terminal(path)}\n" for path in paths).encode("utf-8")


def page(about: About, sides: Sequence[str]) -> bytes:
    """Return the page that comes with the pack."""
    name = f" of {markdown(about.registry)}" if about.registry else ""
    since = f"after commit `{about.start}`" if about.start else "from the first commit on"
    only = f" Only of these vendors: {markdown(', '.join(about.vendors))}." if about.vendors else ""
    held = "".join(_SIDE[side] for side in sides)
    checks = _TREES.format(sides=" ".join(sides))
    signed = _DECISIONS if about.decisions else ""
    left = f"\n{_LEFT.format(count=counted(about.left_out, 'file'))}" if about.left_out else ""
    text = _PAGE.format(
        name=name,
        head=about.head,
        since=since,
        inside=counted(about.inside, "commit"),
        commits=about.commits,
        first=about.days[0],
        last=about.days[1],
        only=only,
        verdict=markdown(about.verdict),
        verification=markdown(about.verification),
        held=held,
        bundle=_BUNDLE.format(head=about.head, branch=BRANCH, commits=about.commits, hash=NAMED_BY[len(about.head)]),
        trees=checks,
        signed=signed,
        left=left,
    )
    return text.encode("utf-8")


_SIDE = {
    "start": "| `start/`, `start.txt` | records, rules, policies and decisions before the period, and the commit |\n"
    "| `verdicts-start.json` | what the rules of then said of those records, on the day of that commit |\n",
    "end": "| `end/`, `end.txt` | the same at the end of the period |\n"
    "| `verdicts-end.json` | what the rules of then said of those records, on the day of that commit |\n",
}
_BUNDLE = """```sh
work=$(mktemp -d)
git init --quiet --bare --object-format={hash} --initial-branch={branch} "$work/repository.git"
git -C "$work/repository.git" fetch --quiet "$PWD/repository.bundle" {branch}:{branch}
git -C "$work/repository.git" fsck --connectivity-only --no-dangling --no-progress
test "$(git -C "$work/repository.git" rev-parse {branch})" = {head}
test "$(git -C "$work/repository.git" rev-list --count --first-parent {branch})" = {commits}
```
"""
_TREES = """```sh
for side in {sides}; do
  find "$side" -type f | while read -r file; do
    git -C "$work/repository.git" cat-file blob "$(cat "$side.txt"):${{file#"$side"/}}" | cmp - "$file"
  done
done
```
"""
_DECISIONS = """
**Every decision was signed by whom it names.** A line of `decisions.txt` holds who, the namespace, the list of
keys that counted when the decision came into the history, the day on which it came, and the decision:

```sh
while read -r who namespace keys day file; do
  ssh-keygen -Y verify -O verify-time="$day" -f "$keys" -I "$who" -n "$namespace" -s "$file.sig" < "$file"
done < decisions.txt
```
"""
_LEFT = "`left-out.txt` names {count} of the history whose names cannot be written everywhere; the bundle has them.\n"
_PAGE = """# Evidence{name}

The history up to commit `{head}`, {since}: {inside} of {commits}, from {first} to {last} as the commits claim.{only}

- {verdict}.
- {verification}.

| file | what it holds |
| --- | --- |
{held}| `changes.json`, `changes.csv` | every field that a commit of the period changed, oldest first |
| `replay.json` | every commit of the period, judged again by the rules before it: who went round the gate |
| `verification.json` | the history verified, and what that does not prove |
| `decisions.txt`, `keys/` | who signed which decision, and the lists of keys that counted when it came |
| `checkpoint.json` | the history in a few lines, to be held against the repository later |
| `repository.bundle` | the whole history, for git |
| `MANIFEST` | SHA-256 of every other file |
{left}
## Verify it with what every system has

Run this in the folder of this page. It needs `git`, `sha256sum` and `ssh-keygen` (OpenSSH 9.1 or later), and stops at
the first fault.

**Nothing in this folder was changed since it was made:**

```sh
set -eu
sha256sum --check --strict --quiet MANIFEST
```

That proves something only if you were given the digest of `MANIFEST` by another way.

**The history is whole, and is the one that this page names:**

{bundle}
**The records and rules here are those of that history:**

{trees}{signed}
**At the end**, take the copy away:

```sh
rm -rf "$work"
```

Whether the history is the one that was there earlier, only a checkpoint tells that was kept elsewhere:
`preflight audit verify CHECKPOINT`.
"""
