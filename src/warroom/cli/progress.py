"""How far a long work has come, for people at a terminal."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import click

T = TypeVar("T")

_LONG = 20_000  # of what is done in less, nobody asks how far it is
_STEP = 2_000


def watched(work: Iterator[T], total: int, *, to_file: bool) -> Iterator[T]:
    """`work`, of `total` parts, with a bar on stderr while it is consumed, when it is long and somebody can see it.

    `to_file` says whether the result goes to a file; on the same terminal a bar would stand in the result.
    """
    if total < _LONG or not _is_terminal(sys.stderr) or not (to_file or not _is_terminal(sys.stdout)):
        return work
    return _with_bar(work, total)


def _with_bar(work: Iterator[T], total: int) -> Iterator[T]:
    with click.progressbar(length=total, label="export", file=sys.stderr) as bar:
        while batch := list(islice(work, _STEP)):
            yield from batch
            bar.update(len(batch))


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)  # a closed one is None
    return bool(isatty and isatty())
