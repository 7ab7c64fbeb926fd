"""Events about commands: steps of items, and the rollback with its steps."""

from warroom.core.body import Body, Seen
from warroom.core.outcome import Outcome


class _OfRun(Body):
    run: str
    """Ties start and end of one run together; unique."""
    target: str
    """The item, or `rollback:N` for step N of the rollback plan."""

    @property
    def subject(self) -> str:
        return self.target


class StepStarted(_OfRun):
    """Stored before the command runs, so that a crash can never hide that it may have run."""

    kind, tone, word = "step_started", "step", "run"
    attempt: int
    title: str
    argv: tuple[str, ...]
    cwd: str
    host: str
    user: str

    @property
    def detail(self) -> str:
        again = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"{self.title}{again}: $ {' '.join(self.argv)}"


class StepFinished(_OfRun):
    kind, tone, word = "step_finished", "step", "ran"
    title: str
    outcome: Outcome

    @property
    def detail(self) -> str:
        return f"{self.title}: {self.outcome.why}, {self.outcome.duration_s:.1f} s"


class StepInterrupted(_OfRun):
    """The process that ran a step died before it could store the result."""

    kind, tone, word = "step_interrupted", "unsure", "interrupted"
    title: str

    @property
    def detail(self) -> str:
        return f"{self.title}: outcome unknown, verify by hand"


class StepOutput(_OfRun):
    """What a running command has printed since the piece before; redacted, limited in size."""

    kind, tone, word, quiet = "step_output", "step", "output", True
    text: str

    @property
    def detail(self) -> str:
        return f"{len(self.text.splitlines())} lines"


class RollbackArmed(Body):
    """One of the two operators who arm the rollback, before it may be needed."""

    kind, tone, word = "rollback_armed", "rollback", "arm"
    signature: int
    """1 or 2; with the second it is armed."""

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return "armed" if self.signature == 2 else "signed, 1 of 2"


class RollbackWindow(Body):
    """Something that the rollback needs will soon be gone."""

    kind, tone, word = "rollback_window", "rollback", "window"
    need: str
    left_s: float

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"{self.need}: {max(0, round(self.left_s))} s left"


class RollbackStarted(Body):
    kind, tone, word = "rollback_started", "rollback", "rollback"
    typed: str
    """The release's name as the operator typed it to start this."""
    reason: str = ""
    steps: int
    emergency: bool = False
    """Whether it was not armed by two operators, or not pulled by one who may."""
    seen: tuple[Seen, ...] = ()

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        how = "EMERGENCY, not armed, " if self.emergency else ""
        return f"{how}started, {self.steps} steps" + (f": {self.reason}" if self.reason else "")


class RollbackStepSkipped(Body):
    kind, tone, word = "rollback_step_skipped", "rollback", "skip step"
    step: int
    """1-based."""
    reason: str

    @property
    def subject(self) -> str:
        return f"rollback:{self.step}"

    @property
    def detail(self) -> str:
        return f"step {self.step} skipped: {self.reason}"


class RollbackStepByHand(Body):
    """Somebody did the step by hand."""

    kind, tone, word = "rollback_step_by_hand", "rollback", "by hand"
    step: int
    """1-based."""
    reason: str
    """What was done."""

    @property
    def subject(self) -> str:
        return f"rollback:{self.step}"

    @property
    def detail(self) -> str:
        return f"step {self.step} done by hand: {self.reason}"


class RollbackStopped(Body):
    """An operator stopped the rollback between its steps; production is in between."""

    kind, tone, word = "rollback_stopped", "rollback", "stopped"
    step: int
    reason: str = ""

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"stopped at step {self.step}" + (f": {self.reason}" if self.reason else "")


class RolledBack(Body):
    """Every step of the plan is done or skipped. Production is not yet known to be well."""

    kind, tone, word = "rolled_back", "rollback", "rolled back"
    took_s: float

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"all steps ended after {self.took_s:.1f} s; recovering"


class Restored(Body):
    """After a rollback, all its verify probes are ok again, by readings taken after its last step."""

    kind, tone, word = "restored", "restored", "restored"
    took_s: float
    """From the end of the last step."""
    seen: tuple[Seen, ...] = ()

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"verify probes are ok again, {self.took_s:.1f} s after the last step"
