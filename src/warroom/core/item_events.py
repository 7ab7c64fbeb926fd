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
