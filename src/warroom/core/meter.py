"""The rollback meter: how far production can be taken back now, for how long still, and what that rests on. Pure."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from warroom.core.bindings import Need, Without
from warroom.core.definitions import Definitions
from warroom.core.probe import Verdict
from warroom.core.release import Release

Reach = Literal["not planned", "possible", "partly", "forward only", "not known"]

WARN_AT_S = (900.0, 300.0, 60.0)
"""Seconds before something is gone at which that is told."""

_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_WORST: tuple[Reach, ...] = ("possible", "partly", "not known", "forward only")


class NeedState(NamedTuple):
    """One thing that the rollback needs."""

    title: str
    there: bool | None
    """None: it cannot be told."""
    left_s: float | None
    """Seconds until it is gone; None when nothing says that it goes."""
    without: Without

    @property
    def reach(self) -> Reach:
        """How far production can be taken back as far as this goes."""
        return "not known" if self.there is None else "possible" if self.there else self.without


class Meter(NamedTuple):
    """How far production can be taken back."""

    reach: Reach
    needs: tuple[NeedState, ...]
    crossed: tuple[str, ...]
    """Points of no return that have been crossed: items."""

    @property
    def window(self) -> NeedState | None:
        """What will be gone first."""
        known = (need for need in self.needs if need.there and need.left_s is not None)
        return min(known, key=lambda need: need.left_s or 0.0, default=None)


def meter(plan: Definitions, state: Release, verdicts: Iterable[Verdict], now_us: int) -> Meter:
    """As of `now_us`, UTC."""
    rollback = plan.bindings.rollback
    if rollback is None:
        return Meter("not planned", (), ())
    by_probe = {verdict.probe: verdict for verdict in verdicts}
    needs = tuple(_need(need, state, by_probe, now_us) for need in rollback.needs)
    if state.crossed:
        return Meter("forward only", needs, tuple(state.crossed))
    return Meter(max((need.reach for need in needs), key=_WORST.index, default=_WORST[0]), needs, ())


def warnings(state: Release, now: Meter) -> tuple[NeedState, ...]:
    """What has come to a threshold of `WARN_AT_S` that has not been told yet."""
    return tuple(
        need
        for need in now.needs
        if need.there and need.left_s is not None and _threshold(need.left_s) < _threshold(state.warned.get(need.title))
    )


def _threshold(left_s: float | None) -> float:
    """The lowest threshold that has been reached; above all while none is."""
    reached = [at_s for at_s in WARN_AT_S if left_s is not None and left_s <= at_s]
    return min(reached, default=float("inf"))


def _need(need: Need, state: Release, verdicts: Mapping[str, Verdict], now_us: int) -> NeedState:
    if need.after:
        left_s = _left_after(need, state, now_us)
        return NeedState(need.title, left_s is None or left_s > 0, left_s, need.without)
    verdict = verdicts.get(need.probe)
    if verdict is None or verdict.word in ("unknown", "stale", "pending"):
        return NeedState(need.title, None, None, need.without)
    if need.at_most is None:
        return NeedState(need.title, verdict.word != "fail", None, need.without)
    left_s = _left_of_age(need.at_most, verdict)
    return NeedState(need.title, None if left_s is None else left_s > 0, left_s, need.without)


def _left_after(need: Need, state: Release, now_us: int) -> float | None:
    """None before the item is done: until then nothing is about to go."""
    item, step = state.item(need.after), state.item(need.after).step
    if step and step.phase == "done":
        since_us = step.started_us + round((step.duration_s or 0) * 1e6)
    elif item.status == "done":
        since_us = item.at_us
    else:
        return None
    return (need.lasts or 0) - (now_us - since_us) / 1e6


def _left_of_age(at_most_s: float, verdict: Verdict) -> float | None:
    """An age goes on since it was measured."""
    unit = _UNITS.get(verdict.unit)
    if unit is None or verdict.value is None or isinstance(verdict.value, str):
        return None
    return at_most_s - float(verdict.value) * unit - (verdict.age_s or 0)
