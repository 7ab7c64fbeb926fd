"""Everything that was agreed before a release, as one value. The journal stores it and can so be read on its own."""

from collections.abc import Mapping
from functools import cached_property

from pydantic import Field

from warroom.core.base import Frozen
from warroom.core.bindings import Bindings, ItemBinding
from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.errors import BadInput, nearest
from warroom.core.probe import ProbeSpec
from warroom.core.spread import Spread
from warroom.core.states import Revision


class Place(Frozen):
    """An item with what stands around it."""

    item: Item
    phase: Phase
    section: Section


class Rehearsed(Frozen):
    """The last rehearsal of the rollback."""

    at_us: int
    took_s: float
    """From the start of the rollback to the end of its last step."""


class Definitions(Frozen):
    """Checklist, side file and probes of one release."""

    checklist: Checklist
    bindings: Bindings = Field(default_factory=Bindings)
    probes: tuple[ProbeSpec, ...] = ()
    texts: dict[str, str] = {}
    """The files as they were written, by name; those of probes by `text_name`."""
    learned: dict[str, Spread] = {}
    """What earlier journals say of commands, by item or `rollback:N`."""
    rehearsed: Rehearsed | None = None

    def expected_s(self, target: str, written_s: float) -> float:
        """How long a command usually takes: learned, or else as the side file has it."""
        learned = self.learned.get(target)
        return learned.p50_s if learned else written_s

    @property
    def expected_rollback_s(self) -> float:
        """Seconds for all steps of the rollback together."""
        steps = self.bindings.rollback.step if self.bindings.rollback else ()
        return sum(self.expected_s(f"rollback:{number}", step.expected) for number, step in enumerate(steps, 1))

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every item with its phase and section, by id, in the order of the checklist."""
        return {
            item.id: Place(item=item, phase=phase, section=section)
            for phase in self.checklist.phases
            for section in phase.sections
            for item in section.walk()
        }

    @cached_property
    def probes_by_id(self) -> dict[str, ProbeSpec]:
        return {spec.id: spec for spec in self.probes}

    def revised(self, revisions: Mapping[str, Revision]) -> "Definitions":
        """The same with the probes, by id, whose files have changed since."""
        known = {probe: revisions[probe] for probe in self.probes_by_id.keys() & revisions.keys()}
        if not known:
            return self
        probes = tuple(known[spec.id].spec if spec.id in known else spec for spec in self.probes)
        texts = self.texts | {text_name(probe): revision.toml for probe, revision in known.items()}
        fields = {name: getattr(self, name) for name in Definitions.model_fields}  # a copy would keep `probes_by_id`
        return Definitions.model_construct(**(fields | {"probes": probes, "texts": texts}))

    def binding(self, item_id: str) -> ItemBinding:
        return self.bindings.of(item_id)

    def resolve(self, name: str) -> str:
        """The id of the item that a person names by id or by number such as `3.1.8`. Raises `BadInput`."""
        if name in self.places:
            return name
        for item_id, place in self.places.items():
            if place.item.number == name:
                return item_id
        raise BadInput(f'the checklist has no item "{name}"', nearest(name, self.places) or "see warroom status")

    def title(self, subject: str) -> str:
        """What people call the item, probe or rollback step with this id; the id itself when it names none."""
        if place := self.places.get(subject):
            return place.item.title
        if spec := self.probes_by_id.get(subject):
            return spec.title
        plan = self.bindings.rollback
        kind, _, number = subject.partition(":")
        if plan and kind == "rollback" and number.isdigit() and 0 < int(number) <= len(plan.step):
            return plan.step[int(number) - 1].title
        return subject


def text_name(probe: str) -> str:
    """What the file of a probe is called among the texts."""
    return f"probes/{probe}.toml"
