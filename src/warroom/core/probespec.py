"""What a probe file says: one source, how often it is asked, and the limits that its values are compared with. Pure."""

from math import inf
from typing import Literal

from pydantic import Field, FiniteFloat, JsonValue, field_validator, model_validator

from warroom.core.base import Frozen, Seconds
from warroom.core.rules import Rule, RuleText, parse_rule

Pane = Literal["health", "error rate", "payment success", "queue depth"]
PANES: tuple[Pane, ...] = ("health", "error rate", "payment success", "queue depth")


class Check(Frozen):
    """One value out of a measurement, with its limits."""

    get: str = "value"
    """Which value: `value`, `status`, `latency_ms`, `header:NAME`, `json:$.a.b`."""
    label: str = ""
    unit: str = ""
    scale: FiniteFloat = 1.0
    """The measured number is multiplied by this before it is compared and shown."""
    warn: RuleText | None = None
    fail: RuleText | None = None
    recover: RuleText | None = None
    """What a value must be to end a warn or fail; without it, not being warn or fail is enough."""
    min_volume: FiniteFloat | None = None
    """Below this volume of the measurement the value is no data."""

    @model_validator(mode="after")
    def _has_a_rule(self) -> "Check":
        if self.warn is None and self.fail is None:
            raise ValueError('a check needs a "warn" or a "fail" rule')
        if len({type(rule.literal) for rule in self.rules}) > 1:
            raise ValueError("the rules of one check must all compare numbers, or all texts, or all true and false")
        return self

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(parse_rule(text) for text in (self.fail, self.warn, self.recover) if text is not None)

    @property
    def numeric(self) -> bool:
        """Whether its rules compare numbers."""
        return self.rules[0].number() is not None


class ProbeSpec(Frozen):
    """One probe file. The id is the file's name."""

    id: str
    title: str
    every: Seconds
    deadline: Seconds
    """Total time for one measurement."""
    pane: Pane | None = None
    """One of the four big panes; others go to the list."""
    stale_after: Seconds | None = None
    on_trouble: Literal["fail", "unknown"] | None = None
    """What refused, timed out or unreadable means; by default the source's kind decides."""
    canary: bool = False
    """Asks a host outside of production. While it answers, nobody's silence is the fault of our own network."""
    source: dict[str, JsonValue]
    """As written, secrets unresolved; `probing` builds the real source from it."""
    check: tuple[Check, ...] = Field(min_length=1)

    @field_validator("source")
    @classmethod
    def _names_its_kind(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if not isinstance(value.get("kind"), str):
            raise ValueError('a source needs a "kind", such as "http" or "promql"')
        return value

    @model_validator(mode="after")
    def _fits_its_interval(self) -> "ProbeSpec":
        if not 0 < self.deadline < self.every < inf:
            raise ValueError('"deadline" must be above 0 and shorter than "every"')
        if not self.every < self.freshness < inf:
            raise ValueError('"stale_after" must be longer than "every"')
        return self

    @model_validator(mode="after")
    def _hears_from_a_host(self) -> "ProbeSpec":
        if self.canary and not {"url", "host", "server", "request"} & self.source.keys():
            raise ValueError('a "canary" must ask a host, as http, tcp and dns with a server do')
        return self

    @property
    def kind(self) -> str:
        return str(self.source["kind"])

    @property
    def freshness(self) -> float:
        """Seconds after which the last reading is stale."""
        return self.stale_after if self.stale_after is not None else 2.5 * self.every + self.deadline

    def measures_as(self, other: "ProbeSpec") -> bool:
        """Whether the readings of both are about the same: the same source, and the same value in the same unit."""
        mine, theirs = self.check[0], other.check[0]
        return self.source == other.source and (mine.get, mine.unit, mine.scale) == (
            theirs.get,
            theirs.unit,
            theirs.scale,
        )
