"""Events about the journal itself: what was erased from it, what it held beside events, and that a clock jumped."""

from pydantic import JsonValue

from warroom.core.body import Body


class Redacted(Body):
    """The texts of an earlier event were erased from the file. The hash of its body stays, so the chain holds."""

    kind, tone, word = "redacted", "note", "redact"
    event: int
    """Number of the event that lost its body."""
    reason: str
    kept: dict[str, JsonValue]
    """The body that stands in for it: the same, with `[redacted]` for every text."""

    @property
    def subject(self) -> str:
        return f"event:{self.event}"

    @property
    def detail(self) -> str:
        return self.reason


class SamplesDigest(Body):
    """The readings that were stored since the digest before, as they were: thinning them later shows against it."""

    kind, tone, word, quiet = "samples_digest", "verdict", "readings", True
    first: int
    """`samples.id` of the first reading."""
    last: int
    count: int
    sha256: str
    """Over the rows from first to last; `docs/journal.md` says how."""

    @property
    def subject(self) -> str:
        return "samples"

    @property
    def detail(self) -> str:
        return f"{self.count} readings, {self.sha256[:8]}"


class SnapshotKept(Body):
    """The state that was kept after an event, for starts to begin from: another state in its place shows against it."""

    kind, tone, word, quiet = "snapshot_kept", "verdict", "snapshot", True
    event: int
    """Number of the last event that the state holds."""
    sha256: str
    """Of the stored state with a salt; `docs/journal.md` says how."""

    @property
    def subject(self) -> str:
        return "snapshot"

    @property
    def detail(self) -> str:
        return f"the state after event {self.event}, {self.sha256[:8]}"


class ClockJumped(Body):
    """Between two acts of one process, its wall clock and its monotonic clock went apart."""

    kind, tone, word = "clock_jumped", "unsure", "clock"
    by_s: float
    """How far the wall clock went ahead (or back, below 0) of what the monotonic clock measured."""

    @property
    def detail(self) -> str:
        return f"the wall clock of this process jumped by {self.by_s:+.1f} s"
