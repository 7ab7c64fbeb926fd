"""Is it the hosts that do not answer, or the network at this end that does not ask? Pure: the time is an argument.

Hosts that fall silent together, most of all that are asked, are more likely cut off from us than all dead at once. That
is believed for a while and no longer: an outage of everything must not stay hidden. A host outside of production, the
canary, settles it either way.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Literal, NamedTuple

TOGETHER_US = 2_000_000  # hosts that fall silent within this time do it together
FEWEST = 3  # silent hosts below which it is their own affair, unless a canary is silent with them
WAIT_US = 10_000_000  # how long the first silence waits for what the other hosts say
HOLD_US = 30_000_000  # how long silence is taken for ours without a canary that is silent too

Part = Literal["target", "messenger", "canary"]
State = Literal["clear", "asking", "ours", "theirs"]

_NEVER = -1


class Hearing(NamedTuple):
    """When a probe last heard from the host that it asks."""

    host: str
    """By address where that is known: several names of one host are one host."""
    part: Part
    heard_us: int = _NEVER
    """When the newest question began that was answered."""
    silent_us: int | None = None
    """When the first question ended that has not been answered since; None while the host answers."""
    asked_us: int = _NEVER
    """When the newest of those began."""

    def after(self, *, answered: bool, began_us: int, ended_us: int) -> "Hearing":
        """After one more question."""
        if answered:
            return self._replace(heard_us=began_us, silent_us=None)
        return self._replace(silent_us=ended_us if self.silent_us is None else self.silent_us, asked_us=began_us)

    def beside(self, other: "Hearing") -> "Hearing":
        """Of the same host by two probes: it is silent if none of them has heard from it since."""
        heard_us = max(self.heard_us, other.heard_us)
        silences = [one.silent_us for one in (self, other) if one.silent_us is not None and one.silent_us > heard_us]
        asked_us = max(self.asked_us, other.asked_us)
        return Hearing(self.host, self.part, heard_us, min(silences, default=None), asked_us)


class Network(NamedTuple):
    """What the silence of hosts is taken for."""

    state: State = "clear"
    """`asking`: some are silent, and it is not known yet whether most are. `ours`: the fault is at this end."""
    silent: int = 0
    hosts: int = 0
    canary_silent: bool = False
    began_us: int = 0
    """When the first host was found silent."""
    since_us: int = 0
    """When it was taken for ours."""
    vouched_us: int | None = None
    """When a question began whose answer, during the silence, proved that the network works."""

    def concerns(self, hearing: Hearing) -> bool:
        """Whether this probe's host fell silent with those that are in question."""
        return hearing.silent_us is not None and hearing.silent_us >= self.began_us

    @property
    def fault(self) -> str:
        """Why this end is at fault, in words, or ""."""
        if self.state != "ours":
            return ""
        too = ", and the canary too" if self.canary_silent else ""
        return f"{self.silent} of {self.hosts} hosts fell silent together{too}, so it is most likely the network here"


class _Scene(NamedTuple):
    """All that was heard, sorted."""

    hosts: tuple[Hearing, ...]
    silent: tuple[Hearing, ...]
    canaries: tuple[Hearing, ...]
    witnesses: tuple[Hearing, ...]
    """Who else answers over the network: canaries, and messengers such as Prometheus."""

    @property
    def most_are_silent(self) -> bool:
        return 2 * len(self.silent) > len(self.hosts)

    @property
    def canary_silent(self) -> bool:
        return bool(self.canaries) and all(one.silent_us is not None for one in self.canaries)

    def vouched_us(self, since_us: int) -> int | None:
        """The earliest question after `since_us` to which somebody who still answers gave an answer."""
        heard = (one.heard_us for one in self.witnesses if one.silent_us is None and one.heard_us > since_us)
        return min(heard, default=None)


def weigh(before: Network, hearings: Iterable[Hearing], now_us: int) -> Network:
    """What the silence is to be taken for now."""
    scene = _scene(hearings)
    if before.state == "theirs" and scene.most_are_silent:
        return before._replace(silent=len(scene.silent), hosts=len(scene.hosts))
    if before.state == "ours" and scene.most_are_silent:
        return _go_on(before, scene, now_us)
    return _begin(scene, now_us)


def _go_on(before: Network, scene: _Scene, now_us: int) -> Network:
    """Silence that has been ours stays so until it is proved, or has lasted so long, that it is not."""
    vouched_us = scene.vouched_us(before.began_us)
    if vouched_us is not None and before.vouched_us is not None:
        vouched_us = before.vouched_us
    refuted = vouched_us is not None and 2 * _silent_since(scene, vouched_us) > len(scene.hosts)
    over = now_us - before.since_us >= HOLD_US and not scene.canary_silent
    return before._replace(
        state="theirs" if refuted or over else "ours",
        silent=len(scene.silent),
        hosts=len(scene.hosts),
        canary_silent=scene.canary_silent,
        vouched_us=vouched_us,
    )


def _silent_since(scene: _Scene, vouched_us: int) -> int:
    """How many were asked again, in vain, when the network was proved to work: it may have come back since."""
    return sum(one.asked_us > vouched_us for one in scene.silent)


def _begin(scene: _Scene, now_us: int) -> Network:
    """Is this silence the beginning of one that is ours?"""
    together = _together(chain(scene.silent, scene.canaries))
    fallen = [one for one in together if one.part == "target"]
    if not fallen:
        return Network(silent=len(scene.silent), hosts=len(scene.hosts))
    began_us = min(one.silent_us for one in fallen if one.silent_us is not None)
    canary = scene.canary_silent and len(fallen) < len(together)
    proved = scene.vouched_us(began_us) is not None
    state: State = "clear"
    if not proved and _is_most(len(fallen), scene, canary=canary):
        state = "ours"
    elif not proved and now_us - began_us < WAIT_US and _may_be_more(fallen, scene, began_us):
        state = "asking"
    return Network(state, len(scene.silent), len(scene.hosts), canary, began_us, now_us)


def _together(hearings: Iterable[Hearing]) -> list[Hearing]:
    """Those that may have fallen silent within the same two seconds, with the one that was heard last among them.

    The moment lies between the last answer and the first question without one.
    """
    silent = [one for one in hearings if one.silent_us is not None]
    last_heard_us = max((one.heard_us for one in silent), default=_NEVER)
    return [one for one in silent if one.silent_us is not None and one.silent_us >= last_heard_us - TOGETHER_US]


def _is_most(fallen: int, scene: _Scene, *, canary: bool) -> bool:
    return 2 * fallen > len(scene.hosts) and (fallen >= FEWEST or canary)


def _may_be_more(fallen: list[Hearing], scene: _Scene, began_us: int) -> bool:
    """Whether those that were not heard since could still make it most of them."""
    open_hosts = sum(one.silent_us is None and one.heard_us <= began_us for one in scene.hosts)
    open_canary = any(one.silent_us is None and one.heard_us <= began_us for one in scene.canaries)
    return _is_most(len(fallen) + open_hosts, scene, canary=open_canary)


def _scene(hearings: Iterable[Hearing]) -> _Scene:
    hosts: dict[str, Hearing] = {}
    witnesses: list[Hearing] = []
    for one in hearings:
        if one.part != "target":
            witnesses.append(one)
        else:
            hosts[one.host] = one.beside(hosts[one.host]) if one.host in hosts else one
    silent = tuple(one for one in hosts.values() if one.silent_us is not None)
    canaries = tuple(one for one in witnesses if one.part == "canary")
    return _Scene(tuple(hosts.values()), silent, canaries, tuple(witnesses))
