"""The audit of a long history beside git itself: cold, from the cache, and with a new commit."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import corpus, meter

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMITS, VENDORS = 10_000, 2_000
PROGRAM = Path(sys.executable).with_name("preflight")
MIB = 1024 * 1024
MOST_MEMORY = 512 * MIB
COLD, WARM = 3.0, 1.2
LOG = ["log", "--first-parent", "--diff-merges=first-parent", "--raw", "-z", "--no-renames", "--format=%H"]


@dataclass
class Past:
    """Runs on one history: of git, and of ours."""

    commits: int
    vendors: int
    floor: list[meter.Run] = field(default_factory=list)  # git log --raw and cat-file of all that it names
    unpacked: float = 0.0  # seconds of the same before git packed the history anew
    cold: list[meter.Run] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)  # the whole log once more
    one: list[float] = field(default_factory=list)  # the log of one vendor
    start: list[float] = field(default_factory=list)  # of the program, which is Python's and its command line's
    python: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)  # one commit more than the cache knows
    reading: list[float] = field(default_factory=list)  # that commit, by git


def build(folder: Path, commits: int, vendors: int) -> Path:
    """Write a history: all vendors, then a commit for each change of a price."""
    made = corpus.build(folder / "records", vendors)
    texts = {path.name: path.read_text("utf-8") for path in made.records}
    root = folder / "history"
    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    given = b"".join(_stream(made.root, texts, commits))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=given, check=True)
    shutil.rmtree(made.root)
    return root


def pack(root: Path) -> None:
    """Pack a history as well as git does by itself; fast-import leaves it as it comes."""
    subprocess.run(["git", "repack", "-adfq"], cwd=root, check=True)


def _stream(root: Path, texts: dict[str, str], commits: int) -> Iterator[bytes]:
    names = sorted(texts)
    for number in range(commits):
        yield b"commit refs/heads/main\ncommitter A <a@example.com> %d +0000\n" % (1_600_000_000 + 3600 * number)
        yield b"data 6\nChange\n"
        if number:
            name = names[number * 7 % len(names)]
            texts[name] = corpus.AMOUNT.sub(str(1000 + number), texts[name], count=1)
            yield _file(f"vendors/{name}", texts[name])
            continue
        for name in names:
            yield _file(f"vendors/{name}", texts[name])
        for folder in ("policies", "schemas"):
            for path in sorted((root / folder).rglob("*")):
                if path.is_file():
                    yield _file(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def _file(path: str, text: str) -> bytes:
    data = text.encode()
    return b"M 100644 inline %s\ndata %d\n" % (path.encode(), len(data)) + data + b"\n"


def measure(folder: Path, rounds: int, commits: int = COMMITS, vendors: int = VENDORS) -> Past:
    """Measure in turns."""
    root = build(folder, commits, vendors)
    past = Past(commits, vendors, unpacked=_floor(root, folder / "names").wall)
    pack(root)
    ours: list[str | Path] = [PROGRAM, "--root", root, "--quiet", "audit", "log", "--format", "json"]
    git: list[str | Path] = ["git", "-C", root]
    kept = root / ".git" / "preflight"
    vendor = min(path.stem for path in _tree(root))
    for _ in range(rounds):
        past.floor.append(_floor(root, folder / "names"))
        shutil.rmtree(kept, ignore_errors=True)
        past.cold.append(meter.run(ours))
        for _ in range(5):
            past.warm.append(meter.run(ours).wall)
            past.one.append(meter.run([*ours, vendor]).wall)
            past.start.append(meter.run([PROGRAM, "audit", "log", "--help"]).wall)
            past.python.append(meter.run([sys.executable, "-c", "pass"]).wall)
        shutil.rmtree(kept)
        meter.run([*ours[:3], "--at", "HEAD~1", *ours[3:]])
        past.added.append(meter.run(ours).wall)
        past.reading.append(meter.run([*git, *LOG, "--max-count=1"]).wall)
    return past


def _tree(root: Path) -> list[Path]:
    said = subprocess.run(
        ["git", "-C", root, "ls-tree", "--name-only", "HEAD", "vendors/"], check=True, capture_output=True
    )
    return [Path(name) for name in said.stdout.decode().splitlines()]


def _floor(root: Path, names: Path) -> meter.Run:
    """Return what git needs for the raw log and for every content that it names, one after the other."""
    told, read = meter.run(["git", "-C", root, *LOG]), _contents(root, names)
    return meter.Run(told.wall + read.wall, told.processor + read.processor, max(told.peak, read.peak))


def _contents(root: Path, names: Path) -> meter.Run:
    """Return what ``git cat-file`` needs for every content that the log names."""
    said = subprocess.run(["git", "-C", root, *LOG, "--no-abbrev"], check=True, capture_output=True).stdout
    found = [token.split(b" ")[3] for token in said.replace(b"\n", b"").split(b"\0") if token.startswith(b":")]
    names.write_bytes(b"".join(name + b"\n" for name in found if name.strip(b"0")))
    return meter.run(["sh", "-c", f'git -C "{root}" cat-file --batch < "{names}"'])


def compared(past: Past) -> Iterator[tuple[str, str, str, bool | None]]:
    """Yield each ratio: what, measured, target, whether it is met."""
    of = f"{past.commits:,} commits over {past.vendors:,} vendors"
    whole = past.commits >= COMMITS
    cold = median(run.wall / floor.wall for run, floor in zip(past.cold, past.floor, strict=True))
    yield (
        f"audit log of {of}, cold / git log --raw and cat-file",
        f"{cold:.2f}",
        f"≤ {COLD:g}",
        _met(cold <= COLD, whole),
    )
    busy = median(run.processor / floor.processor for run, floor in zip(past.cold, past.floor, strict=True))
    yield "the same, processor time of all cores", f"{busy:.2f}", "", None
    loose = median(run.wall for run in past.cold) / past.unpacked
    yield "the same / git on the history before it was packed anew", f"{loose:.2f}", "", None
    warm = median(past.warm) / (median(past.start) + median(past.reading))
    told = f"≤ {WARM:g}"
    yield (
        "the same from the cache / the program's start and reading a commit",
        f"{warm:.2f}",
        told,
        _met(warm <= WARM, whole),
    )
    added = median(past.added) / (median(past.start) + median(past.reading))
    yield (
        "the same with one new commit / the program's start and reading it",
        f"{added:.2f}",
        told,
        _met(added <= WARM, whole),
    )
    bare = median(past.warm) / (median(past.python) + median(past.reading))
    yield "the same from the cache / python -c pass and reading a commit", f"{bare:.2f}", "", None
    one = median(past.one) / (median(past.start) + median(past.reading))
    yield "the log of one vendor from the cache / the program's start and reading a commit", f"{one:.2f}", "", None
    peak = max(run.peak for run in past.cold)
    yield "peak memory of the audit, largest process", f"{peak / MIB:.0f} MiB", "< 512 MiB", peak < MOST_MEMORY


def _met(is_met: bool, whole: bool) -> bool | None:  # noqa: FBT001 - two plain answers
    return is_met if whole else None
