"""``preflight audit log`` as its users see it: every format and choice, and nothing that passes for something else."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from markdown_it import MarkdownIt

from made_history import Made, git, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

SCHEMA = Path(__file__).parents[2] / "schemas" / "audit.schema.json"
ACME = b"id: acme\nname: Acme\ncost: {annual: 50000, currency: EUR}\nsubs:\n- {id: a, users: 5}\n- {id: b, users: 6}\n"
RAISED = ACME.replace(b"50000", b"75000").replace(b"- {id: a, users: 5}\n", b"")
BEACON = b"id: beacon\nname: Beacon\n"
DAY = 86_400
START = 1_767_225_600  # 2026-01-01


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Two vendors: one is added, raised and moved; the other is broken, mended and removed."""
    files = [
        {"vendors/acme.yaml": ACME},
        {"vendors/acme.yaml": RAISED, "vendors/beacon.yaml": BEACON},
        {"vendors/acme-inc.yaml": RAISED, "vendors/beacon.yaml": b"id: [\n"},
        {"vendors/acme-inc.yaml": RAISED, "vendors/beacon.yaml": BEACON.replace(b"Beacon", b"Beam")},
        {"vendors/acme-inc.yaml": RAISED, "CODEOWNERS": b"* @x\n"},
    ]
    said = ["Add Acme (#1)", "Raise Acme, add Beacon", "Move Acme", "Mend Beacon", "Drop Beacon, name owners"]
    who = [
        "Ana <ana@example.com>",
        "Bo <bo@example.com>",
        "Ana <ana@example.com>",
        "Bo <bo@example.com>",
        "Ana <a@x.com>",
    ]
    commits = [
        Made([place - 1] if place else [], made, subject, author, START + place * DAY)
        for place, (made, subject, author) in enumerate(zip(files, said, who, strict=True))
    ]
    return write(tmp_path / "story", commits)


def log(run: Callable[..., Result], root: Path, *options: str) -> dict[str, list[dict[str, object]]]:
    done = run("--root", root, "audit", "log", "--format", "json", *options)
    assert done.code == 0, done.err
    found: dict[str, list[dict[str, object]]] = json.loads(done.out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(found)
    return found


def told(found: dict[str, list[dict[str, object]]]) -> list[tuple[object, ...]]:
    return [tuple(each[key] for key in ("number", "vendor", "kind", "field")) for each in found["changes"]]


def test_the_table_reads_from_the_first_commit_to_the_last(run: Callable[..., Result], story: Path) -> None:
    done = run("--root", story, "audit", "log")
    names = git(story, "rev-list", "--reverse", "HEAD").split()
    shown = done.out
    for place, name in enumerate(names):
        shown = shown.replace(name[:12], f"commit-no-{place:02}")
    assert shown == TABLE
    assert max(map(len, shown.splitlines())) <= 80


TABLE = """\
2026-01-01  commit-no-00  Ana · unsigned · request 1
            Add Acme (#1)
  acme  added, 4 fields at the top

2026-01-02  commit-no-01  Bo · unsigned
            Raise Acme, add Beacon
  acme  /cost/annual: 50000 → 75000
  acme  /subs/0/id: taken out, was a
  acme  /subs/0/users: taken out, was 5
  beacon  added, 2 fields at the top

2026-01-03  commit-no-02  Ana · unsigned
            Move Acme
  acme  moved from vendors/acme.yaml to vendors/acme-inc.yaml
  beacon  cannot be read: line 2: this is not valid YAML: did not find expected
      node content while parsing a flow node

2026-01-04  commit-no-03  Bo · unsigned
            Mend Beacon
  beacon  can be read again
  beacon  /name: Beacon → Beam

2026-01-05  commit-no-04  Ana · unsigned
            Drop Beacon, name owners
  beacon  removed, 2 fields at the top
  policies  CODEOWNERS added

11 changes of 2 vendors in 5 commits, up to commit commit-no-04.
Names and dates are what commits claim; the order is that of the line.
"""


def test_json_follows_the_published_contract(run: Callable[..., Result], story: Path) -> None:
    found = log(run, story)
    change = found["changes"][1]
    assert found["changes"][-1]["commit"] == git(story, "rev-parse", "HEAD").strip()
    assert {key: value for key, value in change.items() if key != "commit"} == {
        "date": "2026-01-02T00:00:00+00:00",
        "author": "Bo",
        "email": "bo@example.com",
        "signature": "unsigned",
        "vendor": "acme",
        "kind": "changed",
        "field": "/cost/annual",
        "before": 50000,
        "after": 75000,
        "path": "vendors/acme.yaml",
        "subject": "Raise Acme, add Beacon",
        "number": 1,
    }
    assert [each["path"] for each in found["policies"]] == ["CODEOWNERS"]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (
            ["beacon"],
            [(1, "added", ""), (2, "unreadable", ""), (3, "readable", ""), (3, "changed", "/name"), (4, "removed", "")],
        ),
        (["acme", "--field", "/cost/annual"], [(0, "added", "/cost/annual"), (1, "changed", "/cost/annual")]),
        (["--kind", "renamed", "--kind", "removed"], [(2, "renamed", ""), (4, "removed", "")]),
        (["--author", "bo@", "--kind", "changed", "acme", "--field", "/cost"], [(1, "changed", "/cost/annual")]),
        (["--since", "HEAD~1"], [(4, "removed", "")]),
        (["--until", "HEAD~4"], [(0, "added", "")]),
        (["--since", "2026-01-03", "--until", "2026-01-03", "acme"], [(2, "renamed", "")]),
        (["--kind", "decision"], []),
    ],
)
def test_only_what_is_asked_for(
    run: Callable[..., Result], story: Path, options: list[str], wanted: list[tuple[object, ...]]
) -> None:
    assert [(number, kind, field) for number, _, kind, field in told(log(run, story, *options))] == wanted


def test_entries_are_the_same_whether_all_or_some_are_asked_for(run: Callable[..., Result], story: Path) -> None:
    everything, some = log(run, story), log(run, story, "--since", "2000-01-01")
    assert everything == some


def test_another_commit_than_head(run: Callable[..., Result], story: Path) -> None:
    early = run("--root", story, "--at", "HEAD~3", "audit", "log", "--format", "json")
    git(story, "checkout", "-q", "--detach", "HEAD~3")
    assert run("--root", story, "audit", "log", "--format", "json").out == early.out
    assert len(json.loads(early.out)["changes"]) == 5


def test_the_cache_changes_no_byte(run: Callable[..., Result], story: Path) -> None:
    command = ("--root", story, "audit", "log", "--format", "json")
    anew = run(*command, "--no-cache").out
    assert not (story / ".git" / "preflight").exists()
    assert run(*command).out == anew
    assert run(*command).out == anew
    assert (story / ".git" / "preflight" / "history.sqlite").is_file()


def test_nothing_asked_for_says_so(run: Callable[..., Result], story: Path) -> None:
    done = run("--root", story, "audit", "log", "--kind", "decision")
    assert done.out.startswith("No such change up to commit ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["beakon"], "no commit tells of a vendor 'beakon' · Did you mean 'beacon'?"),
        (["--field", "cost"], "'cost' is not a pointer to a field · Begin with a slash, as in /cost."),
        (["--since", "2026-02-30"], "2026-02-30 is not a day of the calendar"),
        (["--until", "nowhere"], "git knows no commit 'nowhere'"),
        (["--kind", "other"], "'other' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(
    run: Callable[..., Result], story: Path, options: list[str], said: str
) -> None:
    done = run("--root", story, "audit", "log", *options)
    assert (done.code, done.out) == (2, "")
    assert said.casefold() in done.err.casefold()


# ---- Hostile text -------------------------------------------------------------------------------

HOSTILE = "=cmd|x <script>alert(1)</script> ##[add-mask]a ::error::b @team #1 |cell| `code` \x1b[31m"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A registry in which every text wants to be something else."""
    record = json.dumps(
        {"id": "=cmd|x", "name": "::set-output name=x::y", "note": HOSTILE.replace("\x1b", "")}
    ).encode()
    changed = record.replace(b"::set-output", b"=1+1 ##[group]")
    path = "vendors/::error::\x1b[2J<b>\n.yaml"
    author = "=evil()|\x1b]8;; ::warning::x <a@example.com>"
    return write(
        tmp_path / "h", [Made([], {path: record}, HOSTILE, author), Made([0], {path: changed}, HOSTILE, author)]
    )


def harmless(text: str) -> None:
    assert "\x1b" not in text
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("output", ["table", "json", "csv", "markdown", "html"])
def test_no_text_gives_orders_to_a_terminal_or_a_runner(run: Callable[..., Result], hostile: Path, output: str) -> None:
    done = run("--root", hostile, "audit", "log", "--format", output)
    assert done.code == 0, done.err
    harmless(done.out)


def test_no_cell_is_a_formula(run: Callable[..., Result], hostile: Path) -> None:
    rows = list(csv.reader(io.StringIO(run("--root", hostile, "audit", "log", "--format", "csv").out)))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@", "|"))]


def test_markdown_stays_a_table_of_text(run: Callable[..., Result], hostile: Path) -> None:
    text = run("--root", hostile, "audit", "log", "--format", "markdown").out
    assert "@team" not in text
    shown = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    assert "<script" not in shown
    assert shown.count("<tr>") == 3


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


def test_the_page_runs_and_loads_nothing(run: Callable[..., Result], hostile: Path) -> None:
    text = run("--root", hostile, "audit", "log", "--format", "html").out
    assert "default-src 'none'" in text
    tags = _Tags()
    tags.feed(text)
    assert not tags.seen & {"script", "b", "img", "a", "link", "iframe", "href", "src", "onclick"}
