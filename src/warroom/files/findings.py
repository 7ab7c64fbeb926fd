"""What is wrong with a file, and where: one finding for people, or all of them in one error."""

from collections.abc import Sequence
from typing import Literal

from warroom.core.base import Frozen
from warroom.core.errors import BadInput


class Finding(Frozen):
    """One thing in a file that is wrong (error) or probably not meant (warning), or what came of it (info)."""

    severity: Literal["error", "warning", "info"] = "error"
    file: str
    line: int
    """1-based."""
    message: str
    hint: str = ""
    """What to do; may be "" ."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadFile(BadInput):
    """A file that cannot be used. Its sentence is about the first finding and counts the others."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first, *others = findings
        more = f" (and {len(others)} more)" if others else ""
        super().__init__(f"{first}{more}", first.hint)
        self.findings = tuple(findings)
