"""The seam to what is measured. A kind is a `SourceSpec`, as written in a probe file, that opens a `Source`."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from pydantic import ConfigDict

from warroom.core.base import Frozen
from warroom.core.errors import nearest
from warroom.core.probe import Blames, Check, Measurement, ProbeSpec
from warroom.probing.json_path import JsonPath
from warroom.probing.resolver import Resolver


class Trouble(Exception):
    """Why nothing could be measured, in words for people."""

    def __init__(self, text: str, *, blames: Blames | None = None, answered: bool = True) -> None:
        """`blames` is for the cases in which it is not what the source blames normally.

        `answered` is False when nothing came back from the host: then it may be the network at this end.
        """
        super().__init__(text)
        self.blames = blames
        self.answered = answered


@contextmanager
def needing(kind: str, package: str, extra: str) -> Iterator[None]:
    """Around the import of an optional dependency. Raises `ValueError` that says how to install it."""
    try:
        yield
    except ImportError:
        raise ValueError(f"the {kind} probe needs {package}: pip install 'warroom[{extra}]'") from None


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

    @property
    @abstractmethod
    def offers(self) -> tuple[str, ...]:
        """What checks can get: names such as `status`, and forms such as `header:NAME` whose second half is free."""

    def admit(self, check: Check) -> None:
        """Raises `ValueError` with a sentence when this source cannot give what the check asks for."""
        if check.min_volume is not None:
            raise ValueError(f'a source of kind {self.kind} has no volume for "min_volume"')
        form, _, rest = check.get.partition(":")
        if rest and any(offer.startswith(f"{form}:") for offer in self.offers):
            if form in ("json", "count"):
                JsonPath.parse(rest)
        elif check.get not in self.offers:
            hint = nearest(check.get, self.offers) or f"write {', '.join(self.offers)}"
            raise ValueError(f'a source of kind {self.kind} has no "{check.get}"; {hint}')

    @abstractmethod
    def open(self, spec: ProbeSpec, resolver: Resolver) -> Source:
        """The source, for the checks and the deadline of `spec`. Raises `ValueError` when a value cannot be used."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "kind", self.kind
