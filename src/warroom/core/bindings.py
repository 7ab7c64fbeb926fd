"""What a side file adds to a checklist: who owns an item, what proves it, which command it runs, how to go back."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from warroom.core.base import Frozen, Seconds
from warroom.core.rules import RuleText, parse_rule
from warroom.core.trigger import TriggerSpec

ALWAYS_PASSED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TERM")
"""Environment variables that every command gets."""

ARGV_HINT = 'a command is a list such as ["kubectl", "rollout", "undo"], never one string for a shell'


class Command(Frozen):
    """A command as an argv list. No shell ever sees it."""

    argv: tuple[str, ...] = Field(min_length=1)
    cwd: str = ""
    """Working directory, relative to the one that warroom was started in."""
    expected: Seconds = 10.0
    """How long it usually takes."""
    timeout: Seconds = 600.0
    """After this it is stopped."""
    env: tuple[str, ...] | None = None
    """Names of the environment variables that it gets, beside `ALWAYS_PASSED`; all when left out."""
    succeeds: tuple[int, ...] = (0,)
    """Exit statuses that mean success."""
    prints: str = ""
    """What must stand in its output, or it has failed."""
    changes_production: bool = False
    """Whether it asks for the environment's name before it runs."""
    detach: bool = False
    """Whether it goes on when the process that started it is gone."""

    @field_validator("argv", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError(ARGV_HINT)
        return tuple(value) if isinstance(value, list) else value

    @field_validator("argv")
    @classmethod
    def _names_a_program(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value[0].strip() or any("\0" in part for part in value):
            raise ValueError(ARGV_HINT)
        return value


class RollbackStep(Command):
    """One command of the rollback plan."""

    title: str
    where: str = ""
    """The host or service that it acts on, for people to read."""
    undoes: tuple[str, ...] = ()
    """Items that it takes back."""


Without = Literal["partly", "forward only"]


class Need(Frozen):
    """What the rollback needs, and what is left of it without."""

    title: str
    without: Without = "forward only"
    """How far production can still be taken back when this is gone."""
    probe: str = ""
    """It is there while this probe is ok."""
    at_most: Seconds | None = None
    """With `probe`: it is there until the probe's value, an age in its unit (s, min, h, d), has come to this."""
    after: str = ""
    """It goes away some time after this item was done or its step has run ..."""
    lasts: Seconds | None = None
    """... and this is the time."""

    @model_validator(mode="after")
    def _can_be_told(self) -> "Need":
        if bool(self.probe) == bool(self.after):
            raise ValueError('a need has either "probe" or "after"')
        if bool(self.after) != bool(self.lasts):
            raise ValueError('"after" and "lasts" belong together')
        if self.at_most and not self.probe:
            raise ValueError('"at_most" belongs to "probe"')
        return self


class RollbackPlan(Frozen):
    """The ordered steps that take production back."""

    to: str = ""
    """What production goes back to, for people to read: `shop 4.1.7 (blue)`."""
    step: tuple[RollbackStep, ...] = Field(min_length=1)
    verify: tuple[str, ...] = Field(min_length=1)
    """Probes that must be ok again before production counts as restored."""
    does_not_undo: tuple[str, ...] = ()
    """What stays changed, in the words of the plan's author."""
    needs: tuple[Need, ...] = ()
    pulled_by: tuple[str, ...] = ()
    """Operators who may pull it without giving a reason; anybody when left out."""

    @property
    def expected(self) -> float:
        """Seconds for all steps together."""
        return sum(step.expected for step in self.step)


class Expect(Frozen):
    """The figure that an item asks for."""

    rule: RuleText
    """What it must be: `>= 98.5`."""
    unit: str = ""
    n: int | None = Field(default=None, ge=1)
    """The smallest number of cases that it must come from."""

    @field_validator("rule")
    @classmethod
    def _is_about_a_number(cls, value: str) -> str:
        if parse_rule(value).number() is None:
            raise ValueError(f"{value!r} compares no number; a figure is asked for like '>= 98.5'")
        return value

    @property
    def limit(self) -> str:
        return f"{self.rule} {self.unit}".rstrip()

    @property
    def words(self) -> str:
        return self.limit + (f", n >= {self.n}" if self.n else "")


class Gate(Frozen):
    """What must hold before a phase may begin, beside the required items before it."""

    probes: tuple[str, ...] = ()
    """Probes that must be ok and fresh."""
    roles: tuple[str, ...] = ()
    """Who is polled for go or no-go."""


class ItemBinding(Frozen):
    """What the side file says of one item."""

    owner: str = ""
    required: bool = False
    guide: str = ""
    """One line of how and why, shown with the item."""
    probe: str = ""
    """The probe that measures it."""
    auto: bool = False
    """Whether the probe ticks it by itself when it is ok, with a mark of its own. Else it only proposes that."""
    step: Command | None = None
    expect: Expect | None = None
    before: str = ""
    """The phase whose gate wants it closed, when that is not simply the next one."""
    people: int = Field(default=1, ge=1, le=2)
    """How many different operators must say that it is done."""
    point_of_no_return: bool = False
    """Whether the rollback plan no longer works after it. It then takes two people."""

    @model_validator(mode="after")
    def _auto_is_for_what_a_probe_can_tell(self) -> "ItemBinding":
        if self.auto and not self.probe:
            raise ValueError('"auto" belongs to "probe"')
        asks = {"expect": self.expect, "step": self.step, "people": self.people == 2}
        asks["point_of_no_return"] = self.point_of_no_return
        if self.auto and (first := next((name for name, given in asks.items() if given), "")):
            raise ValueError(f'"auto" is not for an item with "{first}"')
        return self

    @property
    def signers(self) -> int:
        return 2 if self.point_of_no_return else self.people


class Bindings(Frozen):
    """A whole side file."""

    item: dict[str, ItemBinding] = {}
    gate: dict[str, Gate] = {}
    """By the id of the phase that begins behind it. A phase without one is open from the start."""
    rollback: RollbackPlan | None = None
    trigger: dict[str, TriggerSpec] = {}

    def of(self, item_id: str) -> ItemBinding:
        """The item's binding, or an empty one."""
        return self.item.get(item_id, _NOTHING)


_NOTHING = ItemBinding()
