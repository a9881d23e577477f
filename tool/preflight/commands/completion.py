"""``preflight completion``: shell completion, also of vendor and rule ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from preflight.shell import terminal

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@click.command(short_help="Print the script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print a completion script. For bash: add  eval "$(preflight completion bash)"  to ~/.bashrc."""
    maker = get_completion_class(shell)
    if maker is None:  # pragma: no cover - click knows the three shells that can be chosen
        return 2
    terminal.show(maker(context.find_root().command, {}, "preflight", "_PREFLIGHT_COMPLETE").source())
    return 0


def _root(context: click.Context) -> Path:
    return Path(context.find_root().params.get("root") or ".")


def complete_vendor(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem | str]:
    """Complete the id of a vendor: the names of the files, read from the folder alone."""
    names = sorted(path.stem for path in (_root(context) / "vendors").glob("*.yaml"))
    return [name for name in names if name.startswith(incomplete) and name.isprintable()]


def complete_rule(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem | str]:
    """Complete the id of a rule."""
    folder = _root(context) / "policies" / "rules"
    names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/*.yaml"))
    return [name for name in names if name.startswith(incomplete) and name.isprintable()]


def complete_vendor_or_rule(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem | str]:
    """Complete the id of a vendor or of a rule."""
    return complete_vendor(context, parameter, incomplete) + complete_rule(context, parameter, incomplete)
