"""The environment of our subprocesses: an allow-list, so that no secret of ours and no ``TF_*`` of anybody gets in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PASSED = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
PASSED_TO_GO = (
    "GOPATH",
    "GOCACHE",
    "GOMODCACHE",
    "GOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GOFLAGS",
    "GOTOOLCHAIN",
    "GOROOT",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to reach the cluster. ``endpoint`` begins with https; ``api_token`` is ``user@realm!name=uuid``.

    They travel in the environment of the one subprocess that needs them, never in a file or on a command line.
    """

    endpoint: str
    api_token: str = field(repr=False)
    ca_path: Path | None = None
    is_insecure: bool = False

    @property
    def environment(self) -> Mapping[str, str]:
        """What the provider reads."""
        values = {"PROXMOX_VE_ENDPOINT": self.endpoint, "PROXMOX_VE_API_TOKEN": self.api_token}
        if self.ca_path:
            values["SSL_CERT_FILE"] = str(self.ca_path)
        if self.is_insecure:
            values["PROXMOX_VE_INSECURE"] = "true"
        return values

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown: the token, and its secret half by itself."""
        half = self.api_token.partition("=")[2]
        return tuple(secret for secret in (self.api_token, half) if secret)


def inherited(names: tuple[str, ...] = PASSED) -> dict[str, str]:
    """The variables of our own environment that may be passed on."""
    return {name: os.environ[name] for name in names if name in os.environ}


def for_terraform(config: Path | None, credentials: Credentials | None = None) -> dict[str, str]:
    """The whole environment of a terraform process that uses this CLI configuration file."""
    values = inherited() | {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    if config:
        values["TF_CLI_CONFIG_FILE"] = str(config)
    return values | dict(credentials.environment if credentials else {})


def for_provider(credentials: Credentials) -> dict[str, str]:
    """The whole environment of a provider that we start ourselves."""
    return inherited() | dict(credentials.environment)


def for_go() -> dict[str, str]:
    """The whole environment of a Go build."""
    return inherited(PASSED + PASSED_TO_GO) | {"CGO_ENABLED": "0"}
