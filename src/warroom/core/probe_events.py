"""Events about probes: what they found, and what became of their files while the release ran."""

from warroom.core.body import Body
from warroom.core.probe import Level, ProbeSpec, Word, show
from warroom.core.rules import Value


class _OfProbe(Body):
    probe: str

    @property
    def subject(self) -> str:
        return self.probe


class VerdictChanged(_OfProbe):
    kind, tone, word = "verdict_changed", "verdict", "probe"
    to: Word
    was: Level | Word
    value: Value = None
    unit: str = ""
    text: str = ""

    @property
    def detail(self) -> str:
        return self.text or f"{show(self.value)} {self.unit}".strip()


class ProbeRevised(_OfProbe):
    """Its file has changed: from here on it measures and judges as the file says now."""

    kind, tone, word = "probe_revised", "verdict", "revised"
    spec: ProbeSpec | None
    """None once the texts of this event were erased. The probe is then as it was before it."""
    toml: str | None
    """The file as it was written; None as above."""
    anew: bool
    """Whether it measures something else now, so that its earlier readings no longer count."""
    text: str = ""
    """What has changed, in words."""

    @property
    def detail(self) -> str:
        return self.text


class ProbeRefused(_OfProbe):
    """Its file has changed and cannot be used. The probe goes on as it was."""

    kind, tone, word = "probe_refused", "unsure", "bad config"
    reason: str
    """With file and line, so it needs no title before it."""

    @property
    def detail(self) -> str:
        return f"{self.reason}; the probe goes on as it was"


class ProbeCleared(_OfProbe):
    """Its file, which could not be used, is again as it is in force."""

    kind, tone, word = "probe_cleared", "verdict", "config ok"

    @property
    def detail(self) -> str:
        return "its file is as it should be again"
