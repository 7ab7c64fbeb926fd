"""What a side file adds to a checklist: who owns an item, what proves it, which command it runs, how to go back."""

from pydantic import Field, field_validator

from warroom.core.base import Frozen, Seconds
from warroom.core.trigger import TriggerSpec

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


class RollbackPlan(Frozen):
    """The ordered steps that take production back."""

    to: str = ""
    """What production goes back to, for people to read: `shop 4.1.7 (blue)`."""
    step: tuple[RollbackStep, ...] = Field(min_length=1)
    verify: tuple[str, ...] = Field(min_length=1)
    """Probes that must be ok again before production counts as restored."""
    does_not_undo: tuple[str, ...] = ()
    """What stays changed, in the words of the plan's author."""

    @property
    def expected(self) -> float:
        """Seconds for all steps together."""
        return sum(step.expected for step in self.step)


class ItemBinding(Frozen):
    """What the side file says of one item."""

    owner: str = ""
    required: bool = False
    guide: str = ""
    """One line of how and why, shown with the item."""
    probe: str = ""
    """The probe that measures it."""
    step: Command | None = None


class Bindings(Frozen):
    """A whole side file."""

    item: dict[str, ItemBinding] = {}
    rollback: RollbackPlan | None = None
    trigger: dict[str, TriggerSpec] = {}

    def of(self, item_id: str) -> ItemBinding:
        """The item's binding, or an empty one."""
        return self.item.get(item_id, _NOTHING)


_NOTHING = ItemBinding()
