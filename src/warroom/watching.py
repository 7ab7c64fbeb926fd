"""Looks again and again at what time alone brings about: triggers that fire, rollback windows that close,
items that are no longer true, and those that their probes tick."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from warroom.clock import Clock
from warroom.core import decisions, trigger_decisions, views
from warroom.core.definitions import Definitions
from warroom.core.gates import relying
from warroom.core.meter import meter, warnings
from warroom.core.probe import Verdict
from warroom.core.release import Release
from warroom.core.trigger import watch
from warroom.core.wish import Refusal, Wish


class Watching:
    """Used by the one process that drives the release."""

    def __init__(self, plan: Definitions, state: Release, clock: Clock) -> None:
        """Goes on from what a driver before has put on record."""
        self._plan = plan
        self._clock = clock
        now_us, mono_us = clock.utc_us(), clock.mono_us()
        self._watches = {
            name: trigger_decisions.resumed(spec, state, now_us=now_us, mono_us=mono_us)
            for name, spec in plan.bindings.trigger.items()
        }

    def look(self, plan: Definitions, state: Release, verdicts: Sequence[Verdict]) -> tuple[Wish, ...]:
        """What is to be wished for now. Of the plan only probes may have changed."""
        self._plan = plan
        words = {verdict.probe: verdict.word for verdict in verdicts}
        now_us, mono_us = self._clock.utc_us(), self._clock.mono_us()
        self._watches = {
            name: watch(spec, self._watches[name], words, mono_us) for name, spec in self._plan.bindings.trigger.items()
        }
        asked = trigger_decisions.due(self._plan, state, self._watches, verdicts, now_us=now_us, mono_us=mono_us)
        by_probe = {verdict.probe: verdict for verdict in verdicts}
        return (
            *asked,
            *self._closing(state, verdicts, now_us),
            *self._no_longer_true(state, by_probe),
            *self._true(state, by_probe),
        )

    def _true(self, state: Release, by_probe: Mapping[str, Verdict]) -> Iterator[Wish]:
        """An item that allows it is ticked by its probe."""
        seen = views.seen(by_probe.values())
        for item, binding in self._plan.bindings.item.items():
            if binding.auto and binding.probe in by_probe:
                wish = partial(decisions.tick_by_probe, item=item, verdict=by_probe[binding.probe], seen=seen)
                if not isinstance(wish(self._plan, state), Refusal):
                    yield wish

    def _no_longer_true(self, state: Release, by_probe: Mapping[str, Verdict]) -> Iterator[Wish]:
        """A done item whose own probe fails was true once; the gate that relied on it is closed again."""
        for item, binding in self._plan.bindings.item.items():
            verdict, now = by_probe.get(binding.probe), state.item(item)
            if verdict is None or now.status != "done":
                continue
            if verdict.word == "fail" and not now.stale:
                yield partial(decisions.stale, item=item, probe=verdict.probe, why=verdict.text)
                if phase := relying(self._plan, state, item):
                    why = f"{self._plan.title(item)}: {verdict.text}"
                    yield partial(decisions.reopen_gate, phase=phase, why=why)
            elif verdict.word == "ok" and now.stale:
                yield partial(decisions.true_again, item=item)

    def _closing(self, state: Release, verdicts: Sequence[Verdict], now_us: int) -> tuple[Wish, ...]:
        soon = warnings(state, meter(self._plan, state, verdicts, now_us))
        return tuple(
            partial(decisions.warn_of_window, need=need.title, left_s=need.left_s)
            for need in soon
            if need.left_s is not None
        )
