"""A thousand probes: whether each is asked when it should be, and what their histories take."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from asking import measured
from kit import Figure, Target, medians


def schedule(_room: Path) -> Iterator[Figure]:
    ours, baseline = medians(3, partial(measured, "lateness"), partial(measured, "bare_lateness"))
    yield Figure("1,000 probes, lateness p99", "ms", ours, baseline, "1,000 tasks that sleep", Target("ours", "<=", 10))


def histories(_room: Path) -> Iterator[Figure]:
    ours, baseline = medians(1, partial(measured, "history"), partial(measured, "bare_history"))
    yield Figure("1,000 readings of each", "MiB", ours, baseline, "arrays and nothing else", Target("ours", "<=", 40))
