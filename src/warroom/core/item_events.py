"""Events about items: what people said of them."""

from warroom.core.body import Body, Seen


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
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return ", ".join(part for part in (self.value, self.note) if part)


class ItemSkipped(_OfItem):
    kind, tone, word = "item_skipped", "skip", "skip"
    reason: str

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
    seen: tuple[Seen, ...] = ()

    @property
    def detail(self) -> str:
        return ", ".join(part for part in ("1 of 2", self.value, self.note) if part)


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
