"""A registry of any size for the benchmark: the checkout's rules and schemas, and records made of its samples.

Deterministic: record ``i`` is the same whatever the size, so that sizes can be compared.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.shell import documents

CHECKOUT = Path(__file__).resolve().parents[2]
MIN_RULES = 100
RECORD_BYTES = 14_000
SMALLEST = 24  # records, so that each sample is there
TWIN_EVERY = 50  # every fiftieth record is the same company as its sample: a duplicate to be found

AMOUNT = re.compile(r"(?<=amount: )[1-9][0-9]*(?=[,}\n])")
ID = re.compile(r"^id: \S+$", re.MULTILINE)
NAME = re.compile(r"^name: .+$", re.MULTILINE)
LISTS = {
    name: re.compile(rf"^{name}:\n((?: .*\n|\n)+)", re.MULTILINE) for name in ("integrations", "evidence", "reviews")
}
RECORD_OF = re.compile(r"^  system_of_record_for: \[.*\]\n", re.MULTILINE)  # only one can have the last word
NEXT_ITEM = re.compile(r"^(?=  - )", re.MULTILINE)
PLAIN_DATE = re.compile(r"(?<=[ \[])[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[,}\]\n])")


@dataclass(frozen=True)
class Corpus:
    """A generated registry: where it lies, its record files in order, their mean size and how many rules it has."""

    root: Path
    records: list[Path]
    record_bytes: int
    rules: int

    @property
    def schema(self) -> Path:
        """The schema of its records."""
        return self.root / "schemas" / "vendor.schema.json"


def build(root: Path, size: int) -> Corpus:
    """Write a registry of ``size`` vendors below ``root``."""
    for folder in ("policies", "schemas"):
        shutil.copytree(CHECKOUT / folder, root / folder)
    rules = _multiply_rules(root / "policies" / "rules")
    samples = {path.stem: path.read_text("utf-8") for path in sorted((CHECKOUT / "vendors").glob("*.yaml"))}
    (root / "vendors").mkdir()
    records = []
    for number, (name, text) in _numbered(samples, size):
        path = root / "vendors" / f"{name}.yaml"
        path.write_text(_record(text, name, number), "utf-8")
        records.append(path)
    return Corpus(root, records, sum(path.stat().st_size for path in records) // size, rules)


def without_overlap(whole: Corpus, root: Path) -> Corpus:
    """Lay out the same registry without the rules that look for vendors held twice; the record files are shared."""
    for folder in ("policies", "schemas"):
        shutil.copytree(whole.root / folder, root / folder)
    rules = sorted((root / "policies" / "rules").glob("*/*.yaml"))
    comparing = [path for path in rules if "facts.overlap." in path.read_text("utf-8")]
    for path in comparing:
        path.unlink()
    (root / "vendors").mkdir()
    records = [root / "vendors" / path.name for path in whole.records]
    for path, link in zip(whole.records, records, strict=True):
        link.hardlink_to(path)
    return Corpus(root, records, whole.record_bytes, len(rules) - len(comparing))


def _multiply_rules(folder: Path) -> int:
    """Copy rules under other ids until there are enough; return how many there are."""
    originals = sorted(folder.glob("*/*.yaml"))
    count, copy = len(originals), 2
    while count < MIN_RULES:
        for path in originals:
            shutil.copyfile(path, path.with_name(f"{path.stem}-{copy}.yaml"))
        count, copy = count + len(originals), copy + 1
    return count


def _numbered(samples: dict[str, str], size: int) -> list[tuple[int, tuple[str, str]]]:
    """Take the samples in turn. The first of each keeps its id, because others refer to it."""
    names = list(samples)
    chosen = [names[number % len(names)] for number in range(size)]
    return [
        (number, (name if number < len(names) else f"{name}-{number:05}", samples[name]))
        for number, name in enumerate(chosen)
    ]


def _items(text: str, name: str) -> list[str]:
    """Return the items of a list at the top of a record, as they are written."""
    found = LISTS[name].search(text)
    return [item for item in NEXT_ITEM.split(found[1]) if item.startswith("  - ")] if found else []


def _record(text: str, name: str, number: int) -> str:
    """Derive a record: another id and name, other amounts, and its list entries repeated until it is long enough."""
    items = {each: _items(text, each) for each in LISTS}
    seeded = random.Random(number)  # noqa: S311 - repeatable on purpose
    text = ID.sub(f"id: {name}", text, count=1)
    text = NAME.sub(f"name: Vendor {number}", text, count=1)
    if number >= SMALLEST and number % TWIN_EVERY != 0:
        text = _of_its_own(text, number)
    scale = seeded.uniform(0.8, 1.2)  # one for all, so that contract and cost go on telling one story
    text = AMOUNT.sub(lambda found: str(round(int(found[0]) * scale) or 1), text)
    missing = RECORD_BYTES - len(text.encode("utf-8"))
    added: dict[str, list[str]] = {each: [] for each in LISTS if items[each]}
    for each in itertools.cycle(added):
        if missing <= 0:
            break
        added[each].append(seeded.choice(items[each]))
        missing -= len(added[each][-1].encode("utf-8"))
    for each, more in added.items():
        text = LISTS[each].sub(lambda found, more=more: found[0] + "".join(more), text, count=1)  # type: ignore[misc]  # a lambda with a default
    return text


def _of_its_own(text: str, number: int) -> str:
    """Make a record that of another company: its names, domains, products and capabilities are nobody else's."""
    record = _value(text.encode())
    entity = record.get("legal_entity", {})
    products = [each["product"] for each in record.get("contract", {}).get("subscriptions", ())]
    names = {entity.get("name"), entity.get("parent"), *record.get("aliases", ()), *products} - {None}
    word = _word(number)
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"{re.escape(name)}(?=[\n,\]\"'}}])", f"{name} {word}", text)
    for domain in entity.get("domains", ()):
        text = text.replace(domain, domain.replace(".", f"-{word}.", 1))
    for capability in record.get("capabilities", ()):
        text = re.sub(rf"\b{capability}(?=[,\]\n])", f"{capability}-{word}", text)
    return RECORD_OF.sub("", text)


def _word(number: int) -> str:
    """Return a word that no other number has: names that differ in their digits alone are taken for versions."""
    letters = ""
    for _ in range(5):
        number, rest = divmod(number, 26)
        letters += string.ascii_lowercase[rest]
    return letters[::-1]


# ---- The same records for programs that read something else ------------------------------------


def as_json(records: list[Path], folder: Path) -> list[Path]:
    """Write the records as JSON, for a program that would rather not read YAML."""
    return _rewritten(records, folder, ".json", lambda data: json.dumps(_value(data), ensure_ascii=False))


def with_quoted_dates(records: list[Path], folder: Path) -> list[Path]:
    """Write the records with dates in quotes, for a reader that would turn them into something that is no text."""
    return _rewritten(records, folder, ".yaml", lambda data: PLAIN_DATE.sub(r'"\g<0>"', data.decode("utf-8")))


def _rewritten(records: list[Path], folder: Path, ending: str, rewrite: Any) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in records:
        target = folder / f"{path.stem}{ending}"
        target.write_text(rewrite(path.read_bytes()), "utf-8")
        written.append(target)
    return written


def _value(data: bytes) -> Any:
    return documents.parse(data).value
