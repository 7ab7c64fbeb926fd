"""Triggers: rules over verdicts that call for a decision. Pure: the time is an argument.

A trigger fires on hard failures that last, never on what could not be measured. It is armed only once all its probes
were ok together, and fires once: it arms again when they are.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from pydantic import ConfigDict, Field, model_validator

from warroom.core.base import Frozen, Seconds
from warroom.core.probe import Word

_BLIND: tuple[Word, ...] = ("unknown", "stale", "pending")


class TriggerSpec(Frozen):
    """One `[trigger.NAME]` of a side file."""

    model_config = ConfigDict(populate_by_name=True)

    probes: tuple[str, ...] = ()
    """Each counts as one when it fails."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Each counts as one when both fail: a burn rate over a short and over a long window."""
    quorum: int = Field(default=1, ge=1)
    """How many must count."""
    lasting: Seconds = Field(default=30.0, alias="for")
    decides: str = "deploy lead"
    """The role that is asked first."""
    within: Seconds = 300.0
    """How long each role has; silence asks the next one, and never chooses."""
    then: tuple[str, ...] = ()
    """The roles that are asked in turn after it."""

    @model_validator(mode="after")
    def _can_fire(self) -> "TriggerSpec":
        counted = len(self.probes) + len(self.pairs)
        if not counted:
            raise ValueError('names no probe: add "probes" or "pairs"')
        if self.quorum > counted:
            raise ValueError(f'"quorum" is {self.quorum}, but only {counted} can count')
        return self

    @property
    def watched(self) -> tuple[str, ...]:
        """All its probes, each once."""
        return tuple(dict.fromkeys(chain(self.probes, *self.pairs)))

    @property
    def roles(self) -> tuple[str, ...]:
        """Who is asked, in order."""
        return (self.decides, *self.then)

    @property
    def rule(self) -> str:
        """In words."""
        named = [*self.probes, *(f"{short} with {long}" for short, long in self.pairs)]
        many = "any" if self.quorum == 1 else "all" if self.quorum == len(named) else f"{self.quorum}"
        which = named[0] if len(named) == 1 else f"{many} of {', '.join(named)}"
        minutes, seconds = divmod(self.lasting, 60)
        return f"{which} failing for {f'{self.lasting:g} s' if seconds or not minutes else f'{minutes:g} min'}"


class Watch(Frozen):
    """What a trigger has seen so far."""

    well: bool = False
    """Whether all its probes are ok right now."""
    bad: bool = False
    """Whether enough of them fail right now, for certain."""
    bad_since_us: int | None = None
    """Since when enough of them fail, or may still fail without being measured."""

    def lasted(self, spec: TriggerSpec, now_us: int) -> bool:
        """Whether it has been bad for long enough."""
        return self.bad and self.bad_since_us is not None and (now_us - self.bad_since_us) / 1e6 >= spec.lasting


def watch(spec: TriggerSpec, before: Watch, words: Mapping[str, Word], now_us: int) -> Watch:
    """What is known after one more look at the verdicts of its probes. `now_us` is of any clock that goes on.

    A probe that cannot be measured neither counts nor clears: failing time goes on over it, and ends only when too many
    probes are known to be well.
    """
    bad, possible = _count(spec, words)
    well = all(words.get(probe) == "ok" for probe in spec.watched)
    if possible < spec.quorum:
        return Watch(well=well)
    failing = bad >= spec.quorum
    since_us = before.bad_since_us if before.bad_since_us is not None else now_us if failing else None
    return Watch(well=well, bad=failing, bad_since_us=since_us)


def _count(spec: TriggerSpec, words: Mapping[str, Word]) -> tuple[int, int]:
    """How many count for certain, and how many might if the unknown ones were failing."""
    votes = [_vote(words, (probe,)) for probe in spec.probes] + [_vote(words, pair) for pair in spec.pairs]
    return votes.count(True), len(votes) - votes.count(False)


def _vote(words: Mapping[str, Word], probes: Iterable[str]) -> bool | None:
    """True when all fail, False when one is known not to, None when that cannot be told."""
    seen = [words.get(probe, "pending") for probe in probes]
    if all(word == "fail" for word in seen):
        return True
    return False if any(word not in _BLIND and word != "fail" for word in seen) else None
