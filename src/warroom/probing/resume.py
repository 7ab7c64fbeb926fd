"""Goes on from the readings in a journal, so that a restarted cockpit does not forget what it knew. Pure."""

from collections.abc import Sequence

from warroom.core.probe import Level, ProbeSpec, Reading, Track, Word, advance
from warroom.core.store import Sample


def resume(spec: ProbeSpec, samples: Sequence[Sample], *, at_us: int, mono_us: int) -> Track:
    """The track after `samples`, oldest first, as of now by both clocks."""
    track = Track()
    for sample in samples:
        track = advance(track, _reading(spec, sample, at_us, mono_us), known=_level(sample.word))
    if track.last and (mono_us - track.last.mono_us) / 1e6 > spec.freshness:
        # What was bad before a long pause must not make up 3 of 5 with one bad reading of today, nor flap with it.
        return track.model_copy(update={"window": (), "good_run": 0, "turns": (), "flapping": False})
    return track


def _reading(spec: ProbeSpec, sample: Sample, at_us: int, mono_us: int) -> Reading:
    # The monotonic clock began anew if the machine did, and UTC may have been set: the older of the two ages is safe.
    age_us = max(mono_us - sample.mono_us, at_us - sample.at_us, 0)
    return Reading(
        probe=spec.id,
        at_us=sample.at_us,
        mono_us=mono_us - age_us,
        took_us=sample.took_us,
        outcome=sample.outcome,
        value=sample.value,
        unit=spec.check[0].unit,
        text=sample.text,
        recovered=not any(check.recover for check in spec.check),
    )


def _level(word: Word) -> Level | None:
    """Samples do not tell whether a value had recovered, but the verdict after them does."""
    return None if word == "unknown" or word == "stale" else word
