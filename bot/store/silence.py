"""A server that does not answer: the driver's own word for it becomes a fault that names what was being done."""

from dataclasses import dataclass

from iac.errors import Broken


@dataclass(frozen=True, slots=True)
class Silence:
    """What one driver raises when its server is silent, and the sentence that a person is told.

    Used as ``with silence("reading the database"):``. ``Broken``, worth retrying, in place of those faults.
    """

    key: str
    faults: tuple[type[Exception], ...]

    def __call__(self, act: str) -> "_Named":
        """The context of one act."""
        return _Named(self, act)


@dataclass(frozen=True, slots=True)
class _Named:
    silence: Silence
    act: str

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, self.silence.faults):
            # SQLAlchemy wraps the driver's fault: its words are inside.
            why = str(getattr(error, "orig", error))
            raise Broken(self.act, why, key=self.silence.key, is_worth_retrying=True) from error
