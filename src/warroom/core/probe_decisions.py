"""Wishes about the files of probes: take one that has changed, refuse it, or find it as it should be. Pure."""

from collections.abc import Iterator

from warroom.core import events as ev
from warroom.core.definitions import Definitions, text_name
from warroom.core.probe import Check, ProbeSpec
from warroom.core.release import Release
from warroom.core.wish import Decision, Refusal

_TIMES = ("every", "deadline", "stale_after")
_OTHERS = ("title", "pane", "on_trouble", "canary")


def revise(plan: Definitions, state: Release, spec: ProbeSpec, *, toml: str) -> Decision:
    """A probe is to be as its file, `toml`, says now."""
    before = plan.probes_by_id.get(spec.id)
    if before is None:
        return Refusal(f'the release has no probe "{spec.id}"')
    if toml == plan.texts.get(text_name(spec.id)):
        return clear(plan, state, spec.id)
    told = "; ".join(_changes(before, spec)) or "nothing but the way it is written"
    anew = not spec.measures_as(before)
    return (ev.ProbeRevised(probe=spec.id, spec=spec, toml=toml, anew=anew, text=told),)


def refuse(plan: Definitions, state: Release, probe: str, *, why: str) -> Decision:
    """The file of a probe cannot be used as it is now."""
    if probe not in plan.probes_by_id:
        return Refusal(f'the release has no probe "{probe}"')
    if state.config_errors.get(probe) == why:
        return Refusal("that is known")
    return (ev.ProbeRefused(probe=probe, reason=why),)


def clear(_plan: Definitions, state: Release, probe: str) -> Decision:
    """The file of a probe is as it is in force."""
    if probe not in state.config_errors:
        return Refusal("nothing was wrong with it")
    return (ev.ProbeCleared(probe=probe),)


def _changes(before: ProbeSpec, after: ProbeSpec) -> Iterator[str]:
    """`every 5 s, now 10 s`, for each key with another value. Of a source only the names of its keys."""
    for name in (*_OTHERS, *_TIMES):
        yield from _change(name, getattr(before, name), getattr(after, name), " s" if name in _TIMES else "")
    keys = before.source.keys() | after.source.keys()
    if changed := sorted(key for key in keys if before.source.get(key) != after.source.get(key)):
        yield f"source: {', '.join(changed)}"
    if len(before.check) != len(after.check):
        yield f"checks {len(before.check)}, now {len(after.check)}"
        return
    for old, new in zip(before.check, after.check, strict=True):
        about = f"{new.get}: " if len(after.check) > 1 else ""
        for name in Check.model_fields:
            yield from (f"{about}{told}" for told in _change(name, getattr(old, name), getattr(new, name)))


def _change(name: str, before: object, after: object, unit: str = "") -> Iterator[str]:
    if before != after:
        yield f"{name} {_said(before, unit)}, now {_said(after, unit)}"


def _said(value: object, unit: str) -> str:
    if value is None or value == "":
        return "none"
    return f"{value:g}{unit}" if isinstance(value, float) else f"{value}"
