"""Events about items: what people said of them."""

from warroom.core.body import Body, Seen
from warroom.core.evidence import Evidence


class _OfItem(Body):
    item: str

    @property
    def subject(self) -> str:
        return self.item


class ItemDone(_OfItem):
    kind, tone, word = "item_done", "tick", "tick"
    note: str = ""
    value: str = ""
    """The figure that proves it, as entered."""
    n: int | None = None
    """How many cases the figure comes from."""
    accepted: str = ""
    """Why it counts as done although the figure is not what was expected."""
    sensed: bool = False
    """Whether its probe ticked it, and no person."""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return _proof(self.value, self.n, self.note, self.accepted)


class ItemSkipped(_OfItem):
    kind, tone, word = "item_skipped", "skip", "skip"
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return self.reason


class ItemFailed(_OfItem):
    kind, tone, word = "item_failed", "fail", "failed"
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return self.reason


class ItemReopened(_OfItem):
    kind, tone, word = "item_reopened", "reopen", "reopen"
    reason: str = ""

    @property
    def detail(self) -> str:
        return self.reason


class Noted(Body):
    kind, tone, word = "noted", "note", "note"
    text: str
    item: str = ""
    """"" is a note on the release as a whole."""

    @property
    def subject(self) -> str:
        return self.item

    @property
    def detail(self) -> str:
        return self.text


class ItemSigned(_OfItem):
    """The first of two operators says that an item is done, or may be done."""

    kind, tone, word = "item_signed", "tick", "sign"
    note: str = ""
    value: str = ""
    n: int | None = None
    accepted: str = ""
    """As in `ItemDone`, which takes all three from here when the second has confirmed them."""
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return ", ".join(part for part in ("1 of 2", _proof(self.value, self.n, self.note, self.accepted)) if part)


class ItemTakenBack(_OfItem):
    """A step of the rollback has undone what was done for an item, so that it is open again."""

    kind, tone, word = "item_taken_back", "reopen", "undone"
    step: int
    """Of the rollback plan, 1-based."""

    @property
    def detail(self) -> str:
        return f"by step {self.step} of the rollback"


class PointCrossed(_OfItem):
    """A point of no return: from here on the rollback plan does not work any more."""

    kind, tone, word = "point_crossed", "rollback", "crossed"
    first: str
    """Who signed for it first."""
    second: str

    @property
    def detail(self) -> str:
        return f"point of no return, signed by {self.first} and {self.second}"


class ItemBegun(_OfItem):
    """Somebody has it in hand."""

    kind, tone, word = "item_begun", "note", "begin"


class ItemNotApplicable(_OfItem):
    kind, tone, word = "item_not_applicable", "skip", "n/a"
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return self.reason


class ItemDeferred(_OfItem):
    kind, tone, word = "item_deferred", "skip", "defer"
    phase: str
    """The phase in which it is to be done; its gate, not the earlier ones, wants it closed."""
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return f"to {self.phase}: {self.reason}"


class ItemBlocked(_OfItem):
    kind, tone, word = "item_blocked", "unsure", "blocked"
    reason: str
    """By what."""

    @property
    def detail(self) -> str:
        return self.reason


class SkipSigned(_OfItem):
    """The first of two operators wants a required item skipped."""

    kind, tone, word = "skip_signed", "skip", "skip?"
    reason: str
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return f"1 of 2: {self.reason}"


class ItemStale(_OfItem):
    """What was true when the item was done is not true now, by its own probe."""

    kind, tone, word = "item_stale", "unsure", "not now"
    probe: str
    why: str

    @property
    def detail(self) -> str:
        return f"was true, is not now: {self.why}"


class ItemTrueAgain(_OfItem):
    kind, tone, word = "item_true_again", "tick", "true again"


class EvidenceAdded(Evidence, _OfItem):
    """Something that proves an item, beside what its tick holds."""

    kind, tone, word = "evidence_added", "evidence", "evidence"

    @property
    def detail(self) -> str:
        size = f"{self.size} bytes" if self.size is not None else ""
        digest = f"SHA-256 {self.sha256}" if self.sha256 else ""
        copied = f"copied to {self.copied_to}" if self.copied_to else ""
        facts = ", ".join(part for part in (self.ref, self.note, size, digest, copied) if part)
        return f"{self.form}: {facts}"


def _proof(value: str, n: int | None, note: str, accepted: str) -> str:
    cases = f"n {n}" if n is not None else ""
    reason = f"ACCEPTED: {accepted}" if accepted else ""
    return ", ".join(part for part in (value, cases, note, reason) if part)
