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


class RollbackStarted(Body):
    kind, tone, word = "rollback_started", "rollback", "rollback"
    typed: str
    """The release's name as the operator typed it to start this."""
    reason: str = ""
    steps: int
    seen: tuple[Seen, ...] = ()

    @property
    def subject(self) -> str:
        return "rollback"

    @property
    def detail(self) -> str:
        return f"started, {self.steps} steps" + (f": {self.reason}" if self.reason else "")


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
