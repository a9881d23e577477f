"""The command line: global options, lazily loaded commands, and errors turned into exit codes.

0 nothing blocks · 1 a red flag blocks · 2 cannot judge · 3 a defect of preflight itself.
"""

from __future__ import annotations

import os
import sys

from preflight import __version__


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:  # asked by every CI job and editor: answered without loading anything
        try:
            sys.stdout.write(f"preflight {__version__}\n")
            sys.stdout.flush()
        except (AttributeError, OSError):  # stdout is closed, or full
            os._exit(2)
        return
    try:
        from preflight.cli import run  # noqa: PLC0415 - see above

        code = run()
    except KeyboardInterrupt:  # before the command line could see to it: while modules are loaded
        sys.stderr.write("preflight: interrupted; nothing was judged\n")
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
