"""The field into which a name is typed before something dangerous runs."""

from textual import events

from warroom.tui.widgets.field import Field

DEAF_S = 0.5
"""Keys pressed before this are meant for the screen before."""


class NameField(Field):
    """Takes a name letter by letter: no paste, and nothing at all in its first moment."""

    def __init__(self) -> None:
        super().__init__(refuse_paste=True, id="name")
        self.deaf = True

    def on_mount(self) -> None:
        self.set_timer(DEAF_S, self._listen)

    def _listen(self) -> None:
        self.deaf = False

    async def _on_key(self, event: events.Key) -> None:
        if self.deaf and event.key != "escape":
            event.prevent_default()
            event.stop()
            return
        await super()._on_key(event)
