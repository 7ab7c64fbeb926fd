"""What proves an item, beside the figure and the note of its tick. Files are read in `journal.evidence`."""

from typing import Literal

from warroom.core.base import Frozen

Form = Literal["link", "file", "note", "figure", "output"]


class Evidence(Frozen):
    """One thing that proves an item."""

    form: Form
    ref: str = ""
    """The link, the file's path, the figure, or the run whose output it is; "" of a note."""
    sha256: str = ""
    """Of the file, or of the whole output, as hexadecimal digits."""
    size: int | None = None
    """In bytes."""
    copied_to: str = ""
    """The copy's path, from the journal's directory; "" when none was asked for."""
    note: str = ""
