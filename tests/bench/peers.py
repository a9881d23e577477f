"""Other programs that check the same records against the same schema."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bench import corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHECK_JSONSCHEMA, AJV_YAML, AJV_JSON = "check-jsonschema", "ajv-cli, YAML", "ajv-cli, JSON"
AJV_PACKAGES = ("ajv-cli", "ajv-formats")


@dataclass(frozen=True)
class Peer:
    """A program: how to call it on files, how many it is measured on at most, and how it gets the records."""

    name: str
    command: Callable[[Path, Sequence[Path], Path], list[str | Path]]
    most: int
    prepare: Callable[[list[Path], Path], list[Path]]


def check_jsonschema(most: int) -> Peer:
    """Return the usual checker of YAML files, written in Python."""
    program = Path(sys.executable).with_name("check-jsonschema")
    return Peer(
        CHECK_JSONSCHEMA,
        lambda schema, files, _: [program, "--schemafile", schema, *files],
        most,
        lambda records, _: records,
    )


def ajv(folder: Path, most: int) -> list[Peer]:
    """Install ajv-cli below ``folder``. Raises OSError or CalledProcessError where that is not possible.

    It takes YAML, and also JSON, which favours it: reading JSON is built into its runtime. Its YAML reader
    turns plain dates into something that is no text, so that in its YAML files dates stand in quotes.
    """
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not there"
        raise OSError(message)
    words = [npm, "install", "--prefix", str(folder), *AJV_PACKAGES, "--no-audit", "--no-fund"]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    program = folder / "node_modules" / ".bin" / "ajv"

    def command(schema: Path, _: Sequence[Path], where: Path) -> list[str | Path]:
        # Not strict: it would refuse the annotations of our schema, which say what a field refers to.
        options = ["--spec=draft2020", "--strict=false", "-c", "ajv-formats"]
        return [program, "validate", *options, "-s", schema, "-d", f"{where}/*"]

    return [
        Peer(AJV_YAML, command, most, corpus.with_quoted_dates),
        Peer(AJV_JSON, command, most, corpus.as_json),
    ]


def ajv_version(folder: Path) -> str:
    """Return which ajv-cli was installed."""
    manifest = json.loads((folder / "node_modules" / "ajv-cli" / "package.json").read_text("utf-8"))
    return str(manifest["version"])


def versions() -> dict[str, str]:
    """Return the versions of what is compared, by name."""
    return {name: version(name) for name in ("pyyaml", "jsonschema-rs", "cel-expr-python", "check-jsonschema")}
