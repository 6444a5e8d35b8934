"""Keys that an installation makes for itself, once, readable by its own user alone."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from bot.settings import Settings
from iac.errors import Broken

KEY_BYTES = 32


def state_key(settings: Settings) -> bytes:
    """The key that Terraform states are encrypted with: from the environment, else the home's own.

    Raises ``Broken`` where the environment's is not 32 bytes in base64.
    """
    if settings.state_key is None:
        return own_secret(settings.home / "keys" / "state.key")
    try:
        key = base64.b64decode(settings.state_key.get_secret_value(), validate=True)
    except ValueError as wrong:
        raise Broken("reading THREADFORM_STATE_KEY", f"it is not base64 ({wrong})") from wrong
    if len(key) != KEY_BYTES:
        raise Broken("reading THREADFORM_STATE_KEY", f"it has {len(key)} bytes; it must have {KEY_BYTES}")
    return key


def own_secret(path: Path) -> bytes:
    """32 random bytes kept in a file of mode 0600; two processes that start together get the same."""
    if not path.exists():
        _write_once(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()


def lab_ssh_key(home: Path) -> str:
    """The public half of a key pair for the lab's guests, in OpenSSH's form; the private half lies in ``home/ssh``."""
    private = home / "ssh" / "id_ed25519"
    if not private.exists():
        fresh = Ed25519PrivateKey.generate()
        _write_once(private, fresh.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    key = load_ssh_private_key(private.read_bytes(), password=None)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return f"{public.decode()} threadform-lab"


def _write_once(path: Path, body: bytes) -> None:
    """Create the file whole or leave the one that another process created first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
