"""A bundle: one file with a commit and all that is behind it, which git alone can open.

``git bundle`` packs as fast as it can, so that its bytes depend on how the repository happens to be packed. Here the
pack is made anew by one thread, so that the same history gives the same file with the same git.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.shell import git_objects

if TYPE_CHECKING:
    from preflight.shell.git_objects import Spot

HEADERS = {  # length of a name → how a bundle of such names begins
    40: b"# v2 git bundle\n",
    64: b"# v3 git bundle\n@object-format=sha256\n",
}
SETTINGS = {
    "pack.threads": "1",
    "pack.compression": "6",
    "core.compression": "6",
    "core.looseCompression": "6",
    "pack.window": "10",
    "pack.depth": "50",
    "pack.windowMemory": "0",
    "pack.deltaCacheSize": "0",
    "core.bigFileThreshold": "512m",
}


def whole(spot: Spot, branch: str) -> bytes:
    """Return a bundle of a commit, which it calls a branch. Raises CannotJudge where an object is missing."""
    objects = git_objects.output(spot.root, ["rev-list", "--objects", spot.commit])
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    options = ["--stdout", "--quiet", "--no-reuse-delta", "--no-reuse-object", "--delta-base-offset"]
    pack = git_objects.output(spot.root, [*settings, "pack-objects", *options], objects)
    return HEADERS[len(spot.commit)] + f"{spot.commit} refs/heads/{branch}\n\n".encode("ascii") + pack
