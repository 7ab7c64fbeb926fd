"""A running engine, and what a test sees of it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from warroom.clock import SystemClock
from warroom.core.probe import ProbeSpec, Word
from warroom.probing.engine import Engine, Observation
from warroom.probing.sampling import Sampler
from warroom.probing.secrets import Secrets
from warroom.probing.source import Source


class Watcher:
    """Collects observations, and lets a test wait for what it wants to see."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self._news = threading.Condition()

    def __call__(self, observation: Observation) -> None:
        with self._news:
            self.seen.append(observation)
            self._news.notify_all()

    def of(self, name: str) -> list[Observation]:
        return [one for one in self.seen if one.reading.probe == name]

    def until(self, happened: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(happened, timeout=20), f"never seen; last was {self.seen[-1:]}"

    def words(self) -> list[Word]:
        """The verdicts in turn, repetitions left out."""
        words = [one.verdict.word for one in self.seen]
        return [word for index, word in enumerate(words) if index == 0 or words[index - 1] != word]


@contextmanager
def running(
    specs: Sequence[ProbeSpec], source: Sampler | Callable[[ProbeSpec], Source]
) -> Iterator[tuple[Engine, Watcher]]:
    watcher = Watcher()
    asker = source if isinstance(source, Sampler) else Sampler(SystemClock(), Secrets({}), source)
    engine = Engine(specs, asker, on_observation=watcher)
    engine.start()
    try:
        yield engine, watcher
    finally:
        engine.stop()
