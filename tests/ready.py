"""A preflight that has been started already: each command is a process of its own, without waiting for its imports.

``python -I -S ready.py ARGUMENTS`` asks the program that listens at the socket in ``READY`` for a preflight. That one
forks: arguments, folder, environment, streams and the limits of the kernel are those of whoever asks, and so is the
way in which it ends. Where no ``READY`` is set, preflight is started as usual. What a command says when something
goes wrong around its start (limits, modules that are shadowed) is tested with one that is started.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY = "READY"
ASK = (sys.executable, "-I", "-S", __file__)
LONGEST = 90  # what fits into the address of a socket, everywhere
HELD = (resource.RLIMIT_CPU, resource.RLIMIT_AS)
MODULES = (
    *("preflight.commands.check", "preflight.commands.gate", "preflight.commands.given", "preflight.commands.hook"),
    *("preflight.renderers", "git", "jsonschema_rs"),  # the last are loaded by those who need them
)


@contextlib.contextmanager
def started(folder: Path) -> Iterator[None]:
    """Have a preflight ready for as long as this lasts."""
    import subprocess  # noqa: PLC0415 - whoever asks does without

    at = folder / "socket"
    if len(os.fsencode(at)) > LONGEST:
        yield
        return
    command = [sys.executable, "-P", __file__, "--serve", str(at)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        os.environ[READY] = str(at)
        try:
            yield
        finally:
            del os.environ[READY]
            server.stdin.close()


def ask(arguments: list[str]) -> int:
    """Have preflight run with those arguments, and return how it ended."""
    at = os.environ.pop(READY, "")
    if not at:
        os.execv(sys.executable, [sys.executable, "-m", "preflight", *arguments])  # noqa: S606 - the same, with its start
    order = {
        "arguments": arguments,
        "folder": os.getcwd(),  # noqa: PTH109 - a text
        "environment": dict(os.environ),
        "limits": [resource.getrlimit(each) for each in HELD],
        "mask": os.umask(0o077),
    }
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(at)
        socket.send_fds(connection, [b"s"], [0, 1, 2])
        connection.sendall(json.dumps(order).encode("ascii"))
        connection.shutdown(socket.SHUT_WR)
        status = int(connection.recv(16) or b"255")
    if status < 0:
        os.kill(os.getpid(), -status)
    return status


def serve(at: str) -> None:
    """Answer until nobody is there any more: every answer is given by a process of its own."""
    import gc  # noqa: PLC0415 - whoever asks does without
    import importlib  # noqa: PLC0415 - as above

    from preflight import cli  # noqa: PLC0415 - as above

    for name in MODULES:
        importlib.import_module(name)
    _read_ahead()
    gc.collect()
    gc.freeze()  # what is loaded stays, and no answer has to look through it
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(at)
        server.listen(16)
        print("ready", flush=True)  # noqa: T201 - to the tests
        over = os.dup(0)
        while True:
            heard, _, _ = select.select([server.fileno(), over], [], [], 1)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if over in heard:
                os._exit(0)
            if server.fileno() not in heard:
                continue
            connection, _ = server.accept()
            if not os.fork():
                server.close()
                os.close(over)
                break
            connection.close()
    _attend(connection)
    sys.exit(cli.run())


def _read_ahead() -> None:
    """Read the policies of the sample, which most registries of the tests have: no answer has to parse them again."""
    import functools  # noqa: PLC0415 - whoever asks does without
    from pathlib import Path  # noqa: PLC0415 - as above

    from preflight.shell import documents  # noqa: PLC0415 - as above

    parse = functools.cache(documents.parse)
    for path in sorted((Path(__file__).parents[1] / "policies").rglob("*.yaml")):
        parse(path.read_bytes())
    setattr(documents, "parse", parse)  # noqa: B010 - what is assigned plainly is refused by the checker of types


def _attend(connection: socket.socket) -> None:
    """Return in the process that is to run what was asked for, with everything set as it was asked for."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    order = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
    if child := os.fork():
        for each in streams:
            os.close(each)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.sendall(str(code).encode("ascii"))
        os._exit(0)
    connection.close()
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    sys.stdin, sys.stdout, sys.stderr = (open(each, mode, closefd=False) for each, mode in enumerate("rww"))  # noqa: SIM115 - they stay open
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    os.umask(order["mask"])
    for which, limits in zip(HELD, order["limits"], strict=True):
        resource.setrlimit(which, tuple(limits))
    sys.argv = ["preflight", *order["arguments"]]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        sys.exit(ask(sys.argv[1:]))
