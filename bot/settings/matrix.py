"""What the environment says of Matrix."""

from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class MatrixSettings(BaseModel):
    """Matrix: nothing of it is needed where there is no homeserver."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    matrix_url: str = ""
    """Address of your Matrix homeserver, such as `https://matrix.example.org`; with it Threadform is on Matrix."""
    matrix_token: SecretStr | None = None
    """Access token of Threadform's own account there (`docs/matrix.md` says how to get one)."""

    matrix_test_room: str = ""
    """The id of a room where `threadform doctor --live` may post, edit and delete a message and a file."""

    @model_validator(mode="after")
    def _matrix_hangs_together(self) -> Self:
        for wrong in self._wrong_of_matrix():
            raise ValueError(wrong)
        return self

    def _wrong_of_matrix(self) -> Iterator[str]:
        """A token without a server, a server without a token, or a token that would go out in clear."""
        if bool(self.matrix_url) != bool(self.matrix_token):
            missing = "URL" if self.matrix_token else "TOKEN"
            yield f"THREADFORM_MATRIX_URL and THREADFORM_MATRIX_TOKEN belong together: _{missing} is not set"
        parts = urlsplit(self.matrix_url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if self.matrix_url and not is_safe:
            yield "THREADFORM_MATRIX_URL must begin with https:// (http:// on this machine alone)"
