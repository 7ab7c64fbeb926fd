"""What other threads tell the screen. Each carries one finished, frozen value; no worker ever touches a widget."""

from textual.message import Message

from warroom.room import Update
from warroom.steps import OutputPart


class RoomChanged(Message):
    """Events were stored, by this or another process."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


class ReadingTaken(Message):
    """A probe has a new reading. Many of these waiting are as good as one."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ReadingTaken)


class OutputCame(Message):
    """A running command printed something."""

    def __init__(self, part: OutputPart) -> None:
        super().__init__()
        self.part = part


class Trouble(Message):
    """The journal cannot be written, and why; "" when it works again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class RunEnded(Message):
    """A command or rollback that was asked for has come to its end, or was refused."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.error = error


class Acted(Message):
    """What was asked for about an item is on disk, or was refused."""

    def __init__(self, item: str, error: str) -> None:
        super().__init__()
        self.item = item
        self.error = error
