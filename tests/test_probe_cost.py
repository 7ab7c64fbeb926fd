"""What probes may cost, as far as it does not depend on the machine. `bench/probes.py` measures the rest."""

import sys
import tracemalloc
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from http_traps import Reply, replies, serve
from probe_kit import STATUS, probe, sampler
from warroom.core.series import LIMIT, Series


class SearchLog(list[str]):
    """Notes each package that Python looks for, and finds none."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        self.append(name)
        return None


async def test_a_reading_makes_python_look_for_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that finds nothing goes through all directories, each time anew."""
    with serve(replies(Reply())) as url:
        spec = probe({"kind": "http", "url": url}, STATUS)
        asker = sampler()
        source = asker.open(spec)
        await asker.sample(spec, source)  # the first one may load what it needs
        searched = SearchLog()
        monkeypatch.setattr(sys, "meta_path", [searched, *sys.meta_path])
        reading = await asker.sample(spec, source)
        monkeypatch.undo()
        await source.close()
    assert (reading.outcome, searched) == ("ok", [])


def test_a_thousand_readings_of_a_thousand_probes_stay_small() -> None:
    tracemalloc.start()
    try:
        kept = Series()
        for number in range(2 * LIMIT):
            kept.add(number * 1_000_000, number / 7, "ok")
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == LIMIT
    assert size < 40 * 1024 * 1024 / 1000
