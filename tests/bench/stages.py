"""The stages of a check, each alone, beside the floor under the first: libyaml's bare event scan.

Stages take turns on small groups of records, so that whatever else the machine does meets all alike.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import yaml

from bench.meter import Run
from preflight import engine
from preflight.commands.session import Session
from preflight.shell import documents, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from bench.corpus import Corpus

SCAN, READ, FITS, VALID, JUDGE = "scan", "read", "fits", "valid", "judge"
GROUP = 24  # as many as there are samples, so that groups are alike


def scan(data: bytes) -> None:
    """Let libyaml run over a document: what no reader that uses it can be faster than."""
    for _ in yaml.parse(data, Loader=yaml.CSafeLoader):
        pass


def scan_files(paths: Sequence[Path]) -> int:
    """Scan a chunk of files, in a process of the pool."""
    for path in paths:
        scan(path.read_bytes())
    return len(paths)


def scan_on_all_cores(corpus: Corpus) -> Run:
    """Scan all records with as many processes as preflight uses."""
    chunks = [corpus.records[start : start + workers.CHUNK] for start in range(0, len(corpus.records), workers.CHUNK)]
    began, before = time.perf_counter(), os.times()
    with ProcessPoolExecutor(workers.cores(), mp_context=multiprocessing.get_context("fork")) as pool:
        scanned = sum(pool.map(scan_files, chunks))
    if scanned != len(corpus.records):
        message = f"{scanned} of {len(corpus.records)} records were scanned"
        raise RuntimeError(message)
    wall, after = time.perf_counter() - began, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, processor, 0)


def alone(corpus: Corpus, records: Sequence[Path], today: date, rounds: int = 1) -> dict[str, list[float]]:
    """Return, by stage, the milliseconds a record of every group of records, in this process on one core."""
    session = Session(corpus.root, today, quiet=True)
    policy, context = session.policy, session.policy.context(today)
    plain = jsonschema_rs.validator_for(policy.shape.schema)
    taken: dict[str, list[float]] = defaultdict(list)

    def timed(stage: str, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        began = time.perf_counter()
        results = [work(item) for item in items]
        taken[stage].append((time.perf_counter() - began) * 1000 / len(items))
        return results

    gc.freeze()
    for _ in range(rounds):
        for start in range(0, len(records), GROUP):
            group = records[start : start + GROUP]
            if len(group) < GROUP and start:
                continue
            data = [path.read_bytes() for path in group]
            timed(SCAN, scan, data)
            read = timed(READ, documents.parse, data)
            values = [document.value for document in read]
            if not all(timed(FITS, policy.shape.fits, values)) or not all(timed(VALID, plain.is_valid, values)):
                message = "a generated record does not fit the schema"
                raise RuntimeError(message)
            cases = [
                engine.Case(path.stem, path.name, each.value, each) for path, each in zip(group, read, strict=True)
            ]
            timed(JUDGE, lambda case: engine.judge_case(case, policy, context), cases)
    gc.unfreeze()
    return dict(taken)
