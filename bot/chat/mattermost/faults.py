"""What can go wrong with the server, as errors that say whether the same again may help."""

from iac.errors import Broken, Sentence


class Unreachable(Broken):
    """The server did not answer, or not as a Mattermost: the same again may help."""

    def __init__(self, act: str, why: str) -> None:
        """``act`` is the call, ``why`` what came back."""
        super().__init__(act, why, key="mattermost.unreachable", is_worth_retrying=True)


class Denied(Broken):
    """The server said no: ``status`` and ``id`` are its own; the same again would end the same."""

    def __init__(self, act: str, why: str, status: int, error: str = "") -> None:
        """``error`` is the server's id of the error."""
        super().__init__(act, why, key="mattermost.denied")
        self.status, self.error = status, error


class Gone(Denied):
    """What was named is not there (any more)."""


class NoStart(Broken):
    """The connection cannot begin: the sentence names the reason and the way on."""

    def __init__(self, key: str, **values: str) -> None:
        """``key`` is the sentence; the reason in a word is the last part of it."""
        super().__init__("connecting to Mattermost", values.get("why") or key.partition(".")[2].replace("_", " "))
        self.sentence = Sentence(key, values)
