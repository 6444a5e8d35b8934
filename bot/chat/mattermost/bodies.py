"""What Mattermost sends to our callback addresses, checked at the door. Nothing of it is signed."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
"""An id becomes a part of an address: it can lead nowhere else."""
NoId = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,64}$")]


class Pressing(BaseModel):
    """A button was pressed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user_id: Id
    channel_id: Id
    post_id: Id
    trigger_id: str = Field(min_length=1, max_length=1_000)
    context: Mapping[str, Any]


class Sending(BaseModel):
    """A dialog was sent, or left."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user_id: Id
    state: str
    submission: Mapping[str, Any] | None = None
    cancelled: bool = False


class Commanding(BaseModel):
    """A slash command was given."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    token: str
    user_id: Id
    channel_id: Id
    command: str = Field(pattern=r"^/\S{1,128}$")
    text: str = ""
    trigger_id: str = Field(min_length=1, max_length=1_000)
    root_id: NoId = ""
