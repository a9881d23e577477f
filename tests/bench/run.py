"""The benchmark: how fast a full check is, beside its peers and beside the floor under it, in one run.

    make bench                          all sizes; takes about fifteen minutes
    make bench ARGS="--sizes 100,1000"
    make bench ARGS=--quick             a look whether everything still runs

A machine is never quiet: what is compared takes turns, and the median counts.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import corpus, meter, past, peers, pushes, stages
from preflight.shell import workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.corpus import Corpus
    from bench.past import Past
    from bench.peers import Peer
    from bench.pushes import Pushed

TODAY = date(2026, 11, 22)  # the day on which the story of the sample records is told
SIZES = (100, 1000, 10_000)
SITES = 2  # sites that are built of a registry: each takes as long as some checks
TURN = 240  # records of ours, before and after each run of a peer
MIB, GIB = 2**20, 2**30
PROGRAM = Path(sys.executable).with_name("preflight")


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...] = SIZES
    npm: bool = True
    rounds: int = 5
    starts: int = 20
    check_jsonschema: int = 500  # files at most; more take too long
    ajv: int = 1000
    commits: int = past.COMMITS  # of the history that is audited
    vendors: int = past.VENDORS
    pushed: int = pushes.VENDORS  # vendors of the registry that is pushed to


@dataclass
class Peering:
    """What a peer took: seconds on one file, and on so many; and what our stages took just before and after."""

    files: int
    wall: list[float] = field(default_factory=list)
    single: list[float] = field(default_factory=list)
    ours: list[dict[str, list[float]]] = field(default_factory=list)

    def against(self, *names: str) -> float:
        """Return how many times longer one file more takes than some of our stages together."""
        return self.marginal / sum(median(value for each in self.ours for value in each[name]) for name in names)

    @property
    def each(self) -> float:
        """Milliseconds a file."""
        return median(self.wall) * 1000 / self.files

    @property
    def marginal(self) -> float:
        """Milliseconds that one file more takes, without the start of the program."""
        return (median(self.wall) - median(self.single)) * 1000 / (self.files - 1)


@dataclass
class Measured:
    """Everything that was measured on one registry."""

    corpus: Corpus
    alone: dict[str, list[float]]
    pool: list[meter.Run] = field(default_factory=list)  # the scan on all cores
    whole: list[meter.Run] = field(default_factory=list)
    without: list[meter.Run] = field(default_factory=list)  # the rules that look for vendors held twice
    single: list[meter.Run] = field(default_factory=list)  # the same on one record
    site: list[meter.Run] = field(default_factory=list)  # the inventory, built as a site
    peers: dict[str, Peering] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of records."""
        return len(self.corpus.records)

    def stage(self, *names: str) -> float:
        """Milliseconds a record of some stages together, on one core."""
        return sum(median(self.alone[name]) for name in names)

    def each(self, seconds: Sequence[float]) -> float:
        """Milliseconds a record."""
        return median(seconds) * 1000 / self.size

    @property
    def marginal(self) -> float:
        """Milliseconds that one record more takes in a whole run."""
        pairs = zip(self.whole, self.single, strict=True)
        return median(whole.wall - single.wall for whole, single in pairs) * 1000 / (self.size - 1)

    @property
    def peak(self) -> int:
        """Bytes of the largest process."""
        return max(run.peak for run in self.whole)

    @property
    def most(self) -> int:
        """Bytes that all processes together need at most, had each its peak at the same time and shared nothing."""
        return self.peak * (1 if self.size < workers.SERIAL else workers.cores() + 1)


# ---- Measuring ----------------------------------------------------------------------------------


def check(registry: Corpus) -> meter.Run:
    """Check a registry as a user would. Red flags are an answer, too."""
    options = ["--root", str(registry.root), "--as-of", TODAY.isoformat(), "--quiet"]
    return meter.run([PROGRAM, *options, "check"], allowed=(0, 1))


def inventory(registry: Corpus, to: Path) -> meter.Run:
    """Build the site of a registry."""
    options = ["--root", str(registry.root), "--as-of", TODAY.isoformat(), "--quiet"]
    return meter.run([PROGRAM, *options, "inventory", "build", "--no-cache", to])


def measure(folder: Path, size: int, single: Corpus, others: Sequence[Peer], plan: Plan) -> Measured:
    """Generate a registry and measure everything on it, in turns."""
    note(f"{size:,} records: generating")
    registry = corpus.build(folder / f"registry-{size}", size)
    note(f"{size:,} records: stages, one by one")
    rounds = max(1, 2_000 // size) if plan.rounds > 1 else 1
    plain = corpus.without_overlap(registry, folder / f"registry-{size}-without-overlap")
    measured = Measured(registry, stages.alone(registry, registry.records, TODAY, rounds))
    for number in range(plan.rounds):
        note(f"{size:,} records: whole runs, round {number + 1} of {plan.rounds}")
        measured.pool.append(stages.scan_on_all_cores(registry))
        measured.whole.append(check(registry))
        measured.without.append(check(plain))
        measured.single.append(check(single))
        if number < SITES:
            measured.site.append(inventory(registry, folder / f"site-{size}"))
    for peer in others:
        note(f"{size:,} records: {peer.name}")
        measured.peers[peer.name] = measure_peer(folder / f"{size} {peer.name}", registry, peer, plan.rounds)
    return measured


def measure_peer(folder: Path, registry: Corpus, peer: Peer, rounds: int) -> Peering:
    """Measure a peer on the records, or on the first of them where all would take too long, and on one."""
    many = peer.prepare(registry.records[: peer.most], folder / "many")
    one = peer.prepare(registry.records[:1], folder / "one")
    taken = Peering(len(many))

    def ours() -> None:
        taken.ours.append(stages.alone(registry, registry.records[:TURN], TODAY))

    def theirs(files: list[Path], where: str, seconds: list[float]) -> None:
        seconds.append(meter.run(peer.command(registry.schema, files, folder / where)).wall)

    for number in range(rounds):
        ours()
        theirs(one, "one", taken.single)
        if len(many) <= SIZES[0] or not number:  # many files take so long that the machine's moods even out
            theirs(many, "many", taken.wall)
        ours()
    return taken


def start_ratio(starts: int) -> tuple[float, float]:
    """Return the seconds that ``preflight --version`` and Python itself take to start, in turns."""
    ours, bare = [], []
    for _ in range(starts):
        ours.append(meter.run([PROGRAM, "--version"]).wall)
        bare.append(meter.run([sys.executable, "-c", "pass"]).wall)
    return median(ours), median(bare)


# ---- Tables -------------------------------------------------------------------------------------


def times(results: Sequence[Measured]) -> str:
    """Return the table of milliseconds a record, one column a size."""
    cores = workers.cores()
    rows: list[list[str]] = [
        ["libyaml's bare event scan, one core", *(ms(each.stage(stages.SCAN)) for each in results)],
        [f"libyaml's bare event scan, all cores ({cores})", *(ms(each.each(walls(each.pool))) for each in results)],
        ["libyaml's bare event scan, processor time", *(ms(each.each(processors(each.pool))) for each in results)],
        ["strict reading, one core", *(ms(each.stage(stages.READ)) for each in results)],
        ["schema verdict, one core", *(ms(each.stage(stages.FITS)) for each in results)],
        ["schema verdict of jsonschema-rs itself, one core", *(ms(each.stage(stages.VALID)) for each in results)],
        ["facts and rules, one core", *(ms(each.stage(stages.JUDGE)) for each in results)],
        ["**preflight check**, whole run", *(ms(each.each(walls(each.whole))) for each in results)],
        ["**preflight check**, one record more", *(ms(each.marginal) for each in results)],
        ["**preflight check**, processor time", *(ms(each.each(processors(each.whole))) for each in results)],
        ["**preflight inventory build**, whole run", *(ms(each.each(walls(each.site))) for each in results)],
        ["**preflight inventory build**, processor time", *(ms(each.each(processors(each.site))) for each in results)],
    ]
    for name in results[0].peers:
        rows.append([f"{name}, whole run", *(sampled(each, name, each.peers[name].each) for each in results)])
        rows.append([f"{name}, one record more", *(sampled(each, name, each.peers[name].marginal) for each in results)])
    rows += [
        ["peak memory, largest process", *(mib(each.peak) for each in results)],
        ["peak memory, all processes, at most", *(mib(each.most) for each in results)],
    ]
    headers = ["milliseconds a record", *(f"{each.size:,} records" for each in results)]
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True, stralign="left")


def walls(runs: Sequence[meter.Run]) -> list[float]:
    """Return the seconds of each run."""
    return [run.wall for run in runs]


def processors(runs: Sequence[meter.Run]) -> list[float]:
    """Return the seconds of all processors of each run."""
    return [run.processor for run in runs]


def ms(value: float) -> str:
    """Show milliseconds with three digits that count."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def mib(value: int) -> str:
    """Show bytes."""
    return f"{value / MIB:.0f} MiB"


def sampled(measured: Measured, name: str, value: float) -> str:
    """Show milliseconds, and on how many files they were measured where not on all."""
    files = measured.peers[name].files
    return ms(value) if files == measured.size else f"{ms(value)} (on {files:,})"


def ratios(results: Sequence[Measured], starts: tuple[float, float], audited: Past, pushed: Pushed) -> str:
    """Return the table of ratios with their targets, of the largest registry, a long history and a git server."""
    found = [*compared(results, starts), *past.compared(audited), *pushes.compared(pushed)]
    rows = [[what, shown, target, verdict(met=met)] for what, shown, target, met in found]
    headers = [f"ratio, {results[-1].size:,} records", "measured", "target", ""]
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True, stralign="left")


def verdict(*, met: bool | None) -> str:
    """Say whether a target is met; nothing where there is none."""
    return "" if met is None else "met" if met else "**missed**"


def compared(results: Sequence[Measured], starts: tuple[float, float]) -> Iterator[tuple[str, str, str, bool | None]]:
    """Yield each ratio: what, measured, target, whether it is met."""
    last = results[-1]
    turns = list(zip(last.whole, last.single, last.pool, strict=True))
    on_all = median(whole.wall / pool.wall for whole, _, pool in turns)
    large = last.size >= SIZES[-1]  # on few records, the start of the program is most of a run
    yield "whole run / scan on all cores", f"{on_all:.2f}", "≤ 3 at 10,000", on_all <= 3 if large else None
    more = median((whole.wall - single.wall) / pool.wall for whole, single, pool in turns)
    yield "whole run less its start / scan on all cores", f"{more:.2f}", "", None
    busy = median(whole.processor / pool.processor for whole, _, pool in turns)
    yield "whole run / scan on all cores, processor time", f"{busy:.2f}", "", None
    yield "whole run / scan on one core", f"{last.each(walls(last.whole)) / last.stage(stages.SCAN):.2f}", "", None
    extra = median(whole.wall / less.wall for whole, less in zip(last.whole, last.without, strict=True))
    yield "whole run / the same without rules on overlap", f"{extra:.2f}", "≤ 1.5", extra <= 1.5
    for what, taken in (("", walls), (", processor time", processors)):
        built = median(site / whole for site, whole in zip(taken(last.site), taken(last.whole), strict=False))
        yield f"inventory build / whole run{what}", f"{built:.1f}", "≤ 10 at 10,000", built <= 10 if large else None
    reading = median(read / scan for read, scan in zip(last.alone[stages.READ], last.alone[stages.SCAN], strict=True))
    yield "strict reading / scan", f"{reading:.2f}", "1.5 (prototype)", None
    wanted = {peers.CHECK_JSONSCHEMA: 20, peers.AJV_YAML: 3, peers.AJV_JSON: None}
    for name, peering in last.peers.items():
        target = wanted[name]
        for what, ours in (
            ("our reading and schema verdict", (stages.READ, stages.FITS)),
            ("our schema verdict", (stages.FITS,)),
        ):
            ratio = peering.against(*ours)
            yield (
                f"{name}, one record more / {what}",
                f"{ratio:.1f}",
                f"≥ {target}" if target else "",
                ratio >= target if target else None,
            )
    start = starts[0] / starts[1]
    yield "preflight --version / python -c pass", f"{start:.2f}", "< 3", start < 3
    yield "peak memory, all processes, at most", mib(last.most), "< 1,024 MiB", last.most < GIB
    for before in results[:-1]:
        growth, size = last.peak / before.peak, last.size / before.size
        what = f"peak memory, largest process, for {size:g} times the records of {before.size:,}"
        yield what, f"{growth:.2f} times", f"≤ {size:g} times", growth <= size


def notes(results: Sequence[Measured], remarks: Sequence[str]) -> list[str]:
    """Return what has to be known to read the tables."""
    last = results[-1].corpus
    versions = ", ".join(f"{name} {number}" for name, number in peers.versions().items())
    return [
        f"Python {platform.python_version()}, {workers.cores()} cores, {platform.machine()}; {versions}.",
        f"Records of {last.record_bytes:,} bytes on average, {last.rules} rules.",
        f"Every {corpus.TWIN_EVERY}th record is the same company as another, to be found.",
        "Medians; what is compared took turns. Files lie in the page cache.",
        "One record more: the time of a whole run less that on one record, so that no program's start counts.",
        "Peers read, parse and check the schema; they judge no rules.",
        "The largest process is the largest of all that a run starts (ru_maxrss of children), at its peak.",
        "All processes, at most: as if each were as large as the largest, at one time, and shared nothing.",
        *remarks,
    ]


# ---- The command --------------------------------------------------------------------------------


def note(text: str) -> None:
    """Say what is being done."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def contenders(folder: Path, plan: Plan) -> tuple[list[Peer], list[str]]:
    """Return the peers that can be had here, and remarks on them."""
    found = [peers.check_jsonschema(plan.check_jsonschema)]
    if not plan.npm:
        return found, ["ajv-cli was left out, as asked."]
    note("installing ajv-cli")
    try:
        found += peers.ajv(folder, plan.ajv)
    except (OSError, subprocess.SubprocessError) as error:
        return found, [f"ajv-cli was left out: it could not be installed ({error})."]
    remark = "ajv-cli gets the records with dates in quotes, without which it refuses them, and once more as JSON."
    return found, [f"ajv-cli {peers.ajv_version(folder)}. {remark}"]


def report(plan: Plan) -> str:
    """Measure, and return both tables with notes."""
    with tempfile.TemporaryDirectory(prefix="preflight-bench-") as name:
        folder = Path(name)
        others, remarks = contenders(folder / "peers", plan)
        single = corpus.build(folder / "single", 1)
        results = [measure(folder, size, single, others, plan) for size in sorted(plan.sizes)]
        note(f"{plan.commits:,} commits: audit")
        audited = past.measure(folder / "past", min(plan.rounds, 3), plan.commits, plan.vendors)
        note(f"{plan.pushed:,} vendors: pushes")
        pushed = pushes.measure(folder / "pushes", PROGRAM, TODAY, min(plan.rounds, 3), plan.pushed)
        note("starting and stopping")
        starts = start_ratio(plan.starts)
    said = "\n".join(f"- {each}" for each in notes(results, remarks))
    return f"{times(results)}\n\n{ratios(results, starts, audited, pushed)}\n\n{said}\n"


def sizes(text: str) -> tuple[int, ...]:
    """Read ``100,1000``."""
    found = tuple(int(each) for each in text.split(","))
    if min(found) < corpus.SMALLEST:
        message = f"at least {corpus.SMALLEST} records"
        raise ValueError(message)
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure preflight beside its peers.")
    parser.add_argument("--sizes", type=sizes, default=SIZES, help="numbers of records, such as 100,1000")
    parser.add_argument("--output", type=Path, help="write the tables to this file, too")
    parser.add_argument("--quick", action="store_true", help="100 records, once, without npm")
    options = parser.parse_args()
    plan = (
        Plan(SIZES[:1], npm=False, rounds=1, starts=2, check_jsonschema=10, commits=100, vendors=30, pushed=30)
        if options.quick
        else Plan(options.sizes)
    )
    text = report(plan)
    sys.stdout.write(text)
    if options.output:
        options.output.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
