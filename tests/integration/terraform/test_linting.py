"""The manifest of a draft is read by the real terraform, once for each shape of it."""

import dataclasses

import pytest

from bot.wiring.linting import TerraformLint
from iac.spec import GuestSpec

pytestmark = pytest.mark.terraform
GUEST = GuestSpec("api01", "ubuntu", 4, 8192, 60, is_ha=True)
STRANGE = GuestSpec('a"}${file("/etc/passwd")}', "%{ if true }", 4, 8192, 60, node="\\n", pool="é\u2028")


@pytest.fixture
def lint(toolchain, tmp_path):
    """A linter that remembers in a place of its own."""
    return TerraformLint(toolchain, tmp_path / "linted")


async def test_what_our_modules_write_is_taken_whatever_the_values_are(lint):
    assert await lint.faults([GUEST, STRANGE]) == ()


async def test_a_shape_is_read_once_and_remembered_across_processes(lint, toolchain):
    await lint.warm()
    (shape,) = [path.name for path in lint.home.iterdir()]
    nowhere = dataclasses.replace(toolchain, binary=dataclasses.replace(toolchain.binary, path="/no/such"))
    another = TerraformLint(nowhere, lint.home)
    assert await another.faults([GUEST]) == ()  # nothing is run: there is nothing to run
    assert list(lint.known) == [shape]


async def test_modules_that_terraform_does_not_take_are_told_and_not_remembered(lint):
    broken = dataclasses.replace(lint, render=lambda _stack: {"main.tf": b'resource "nothing" "such" {\n'})
    (fault,) = await broken.faults([GUEST])
    assert "main.tf" in fault
    assert not lint.home.exists()
