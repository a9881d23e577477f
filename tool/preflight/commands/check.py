"""``preflight check``: the gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import engine, renderers
from preflight.commands import gate
from preflight.commands.completion import complete_vendor
from preflight.errors import UsageError
from preflight.model import Novelty
from preflight.renderers import markdown
from preflight.shell import terminal
from preflight.shell.files import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import Brief, Report

MOST_BRIEFS = 20  # pages of vendors to decide on, in a summary
FORMATS = [each.NAME for each in renderers.FORMATS]


class OutputType(click.ParamType[tuple[str, Path | None]]):
    """``F`` or ``F=FILE``: a format, and where to write it (absent: stdout)."""

    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path | None]:
        """Split the value. Fails for a format that does not exist."""
        name, given, target = value.partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is not one of {', '.join(FORMATS)}", param, ctx)
        if given and not target:
            self.fail(f"a file name is missing behind {value!r}", param, ctx)
        return name, Path(target) if given else None


@click.command(short_help="Judge vendor files; exit 1 while a red flag stands.")
@click.argument("vendors", metavar="[ID]...", nargs=-1, shell_complete=complete_vendor)
@click.option(
    "--format",
    "outputs",
    type=OutputType(),
    multiple=True,
    metavar="F[=FILE]",
    help=f"Output format, one of {', '.join(FORMATS)}; with =FILE it goes to a file. Can be given several times.",
)
@click.option("--base", metavar="REV", help="Judge a change: by the rules, schemas and policies of that commit.")
@click.option("--head", metavar="REV", help="With --base: the commit whose records are judged. Default: HEAD.")
@click.option("--all", "everything", is_flag=True, help="List passes and rules that do not apply, too.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session,
    vendors: tuple[str, ...],
    outputs: tuple[tuple[str, Path | None], ...],
    *,
    base: str | None,
    head: str | None,
    everything: bool,
) -> int:
    """Judge all vendor files, or those named, and say what blocks, where, why and how to fix it.

    With --base a change is judged: the vendors that HEAD (or --head) changes, by the rules of the base, read from
    git without a checkout. Rules that compare a record with the one before apply only then.

    \b
    Exit codes:
      0  nothing blocks
      1  a red flag blocks
      2  cannot judge
      3  a defect of preflight
    """  # noqa: D301 - click wants the backspace itself
    if base is None and head is not None:
        message = "--head goes together with --base"
        raise UsageError(message, fix="Name the commit to compare with by --base, or read one commit with --at.")
    if base is None:
        results = session.judge(session.chosen(vendors), everything=everything)
        rules = [compiled.rule for compiled in session.policy.rules]
        report = engine.report(results, rules, session.today.isoformat(), everything=everything)
        report = replace(report, base=session.commit, head=session.commit)
    else:
        change = gate.judge(session, base, head or "HEAD", vendors, everything=everything)
        session, results = change.session, list(change.results)
        report = change.report(everything=everything)
    if any(name == markdown.NAME for name, _ in outputs):
        report = replace(report, briefs=_briefs(session, [each.vendor for each in results if _to_decide(each)], base))
    for name, target in outputs or (("text", None),):
        _deliver(session, report, name, target)
    return 1 if report.summary.blocked else 0


def _to_decide(judged: Judged) -> bool:
    """Whether a vendor was judged for its own sake; of one from which trust is taken away nothing is to be decided."""
    return bool(judged.judged) and not any(each.change is Novelty.STANDS for each in judged.verdicts)


def _briefs(session: Session, judged: Sequence[str], base: str | None) -> tuple[Brief, ...]:
    """Return the approver's page of each vendor that changes or, without a base, that is proposed; of the first few."""
    offered = {fact.NAME for fact in session.policy.facts}
    if not {"cost", "risk", "oversight"} <= offered:
        return ()
    session.asked.update(judged)  # before the survey is made
    cases = session.survey.cases
    there = [name for name in judged if name in cases]
    proposed = [name for name in there if cases[name].record["lifecycle"]["status"] == "proposed"]
    return tuple(session.brief(name, session.since) for name in (there if base else proposed)[:MOST_BRIEFS])


def _deliver(session: Session, report: Report, name: str, target: Path | None) -> None:
    renderer = renderers.named(name)
    if target is None:
        color = terminal.colours(wanted=session.color)
        terminal.show(renderer.render(report, color=color, width=terminal.width()))
        return
    write(target, renderer.render(report, color=False, width=0))
    terminal.note(f"{name} written to {target}", quiet=session.quiet)
