"""The one way in which people's text files are read: UTF-8, or one sentence about why not."""

from pathlib import Path

from warroom.core.errors import BadInput, reason

_BOM = "\ufeff"


def read_text(path: Path) -> str:
    """The file's text without a byte order mark. Raises `BadInput`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}") from None
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: byte {error.start + 1} of the file is 0x{data[error.start]:02x}"
        raise BadInput(f"{path}:{line}: {what}", "save the file as UTF-8") from None
