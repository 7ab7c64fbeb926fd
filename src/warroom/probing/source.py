"""The seam to what is measured. A kind is a `SourceSpec`, as written in a probe file, that opens a `Source`."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Protocol

from pydantic import ConfigDict

from warroom.core.base import Frozen
from warroom.core.probe import Blames, Check, Measurement, ProbeSpec
from warroom.probing.resolver import Resolver


class Trouble(Exception):
    """Why nothing could be measured, in words for people."""

    def __init__(self, text: str, *, blames: Blames | None = None) -> None:
        """`blames` is for the cases in which it is not what the source blames normally."""
        super().__init__(text)
        self.blames = blames


class Source(Protocol):
    """Something that can be asked again and again, never twice at once."""

    @property
    def blames(self) -> Blames:
        """Whose fault it is when there is no answer: a direct source asks the target itself, others a messenger."""

    async def measure(self) -> Measurement:
        """Asks once. Raises `Trouble`. It is cancelled when the probe's deadline passes."""

    async def close(self) -> None: ...


class SourceSpec(Frozen):
    """What all `[source]` tables share. Importing a kind costs nothing; only `open` loads what it needs."""

    # Values may be resolved secrets: neither errors nor reprs show them.
    model_config = ConfigDict(hide_input_in_errors=True)

    kind: str

    @abstractmethod
    def admit(self, check: Check) -> None:
        """Raises `ValueError` with a sentence when this kind cannot give what the check asks for."""

    @abstractmethod
    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        """The source, for the checks and the deadline of `spec`. Raises `ValueError` when a value cannot be used."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "kind", self.kind
