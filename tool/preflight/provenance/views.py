"""The page as text, Markdown, HTML or JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from preflight.escaping import html, json_text, markdown, terminal
from preflight.provenance import CLAIMED, NOBODY, PARTS, SCHEMA
from preflight.tables import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from preflight.model import JsonObject
    from preflight.provenance import Page, Part, Said

SHORT = 12  # characters of a commit's name
KEY = 18  # characters of a key or digest on a terminal; the other formats have all of it
TOGETHER: Mapping[Part, set[Part]] = {"approved": {"approved", "waived"}}
CAVEAT = (
    "Names and dates of commits are what they claim; only signatures prove who. What was judged anew was judged by the "
    "rules before that commit, as of its day."
)

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a}
h1{margin-bottom:.2rem}h2{font-size:1.05rem;margin:1.2rem 0 .3rem;break-after:avoid}
table{border-collapse:collapse;width:100%}td{vertical-align:top;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid #d5d5d5;overflow-wrap:anywhere}td:first-child{white-space:nowrap;width:6.5rem}
td:last-child{width:9rem;color:#555}code{font-size:.9em}
@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}td{border-color:#3a3a3a}
td:last-child{color:#aaa}}@media print{body{font-size:10pt;margin:0;max-width:none;background:#fff;color:#000}
tr{break-inside:avoid}}"""


def _parts(page: Page) -> Iterator[tuple[Part, list[Said]]]:
    for part in PARTS:
        yield part, _in_order(each for each in page.said if each.part == part)


def _in_order(said: Iterable[Said]) -> list[Said]:
    """Put statements in the order of their days; one without a day stays behind the one before it."""
    days: list[tuple[str, Said]] = []
    for each in said:
        days.append((each.on or (days[-1][0] if days else ""), each))
    return [each for _, each in sorted(days, key=lambda told: told[0])]


def _title(page: Page) -> str:
    return f"{page.name} ({page.vendor})" if page.name != page.vendor else page.vendor


def _where(page: Page) -> str:
    there = page.status or "of no known state" if page.there else "the record is not there any more"
    return f"{page.path} · {there} · as of {page.as_of}, up to commit {page.head[:SHORT]}"


def _moment(page: Page) -> str:
    what = "the last approval" if page.approved else "the record's coming, since the log tells of no approval"
    return f"“Then” is {what}: {page.then_on}, commit {page.then[:SHORT]}."


def _what(said: Said) -> str:
    return f"{said.who}: {said.what}" if said.who else said.what


def _source(said: Said) -> str:
    """Return where to look: the commit, the field, the key or digest."""
    commit = f"commit {said.commit[:SHORT]}" if said.commit else said.pointer
    return ", ".join(each for each in (commit, said.key) if each)


def _briefly(said: Said) -> str:
    """Return what a statement rests on, and where to look, in a few words."""
    key = f"{said.key[:KEY]}…" if said.key else ""
    commit = said.commit[:SHORT]
    if said.basis == CLAIMED and commit:
        return f"{CLAIMED} {commit}"
    return ", ".join(each for each in (said.basis, commit and f"commit {commit}", key) if each)


def as_text(page: Page) -> str:
    """Return the page for a terminal of eighty columns."""
    lines = [*wrapped(_title(page)), *wrapped(_where(page)), *wrapped(_moment(page))]
    for part, said in _parts(page):
        lines += ["", PARTS[part]]
        if not said:
            lines += wrapped(NOBODY[part], indent=" " * 14, hanging=" " * 14)
        for each in said:
            text = f"{_what(each)} [{_briefly(each)}]"
            lines += wrapped(text, indent=f"  {terminal(each.on)[:10]:<12}", hanging=" " * 14)
    return "\n".join([*lines, "", *wrapped(CAVEAT)]) + "\n"


def as_markdown(page: Page) -> str:
    """Return the page for an issue or a report."""
    lines = [f"## {markdown(_title(page))}", "", markdown(_where(page)), "", markdown(_moment(page))]
    for part, said in _parts(page):
        lines += ["", f"### {PARTS[part]}", ""]
        if not said:
            lines.append(f"*{NOBODY[part]}*")
            continue
        lines += ["| On | What | Rests on | Where |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {' | '.join(markdown(cell) for cell in (each.on, _what(each), each.basis, _source(each)))} |"
            for each in said
        ]
    return "\n".join([*lines, "", CAVEAT]) + "\n"


def as_html(page: Page) -> str:
    """Return a page that loads nothing, runs nothing, and can be printed."""
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html(_title(page))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{html(_title(page))}</h1>\n<p>{html(_where(page))}<br>{html(_moment(page))}</p>",
    ]
    for part, said in _parts(page):
        lines.append(f"<h2>{html(PARTS[part])}</h2>")
        if not said:
            lines.append(f"<p>{html(NOBODY[part])}</p>")
            continue
        lines.append("<table>")
        for each in said:
            source = f"<br><code>{html(_source(each))}</code>" if _source(each) else ""
            row = f"<td>{html(each.on)}</td><td>{html(_what(each))}{source}</td><td>{html(each.basis)}</td>"
            lines.append(f"<tr>{row}</tr>")
        lines.append("</table>")
    return "\n".join([*lines, f"<p>{html(CAVEAT)}</p>\n</body>\n</html>"]) + "\n"


def as_json(page: Page) -> str:
    """Return JSON, described by schemas/who.schema.json. Null: it does not belong to it, or is not known."""
    about: JsonObject = {
        "schema": SCHEMA,
        "as_of": page.as_of,
        "head": page.head,
        "vendor": page.vendor,
        "name": page.name,
        "path": page.path,
        "status": page.status or None,
        "there": page.there,
        "then": {"commit": page.then, "date": page.then_on, "approved": page.approved},
    }
    # The published format has waivers among the approvals.
    parts = {part: [each for each in page.said if each.part in TOGETHER.get(part, {part})] for part in PARTS}
    told = {part: [_entry(each) for each in _in_order(said)] for part, said in parts.items() if part != "waived"}
    return json_text({**about, **told})


def _entry(said: Said) -> JsonObject:
    return {name: value if value != "" else None for name, value in asdict(said).items() if name != "part"}


FORMATS: dict[str, Callable[[Page], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "json": as_json,
}
