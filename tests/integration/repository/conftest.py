import pytest

from tests.fixtures.repositories import reader


@pytest.fixture
def shelf(tmp_path):
    """Where the repositories of a test stand."""
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


@pytest.fixture
def read(tmp_path, shelf):
    """Read one repository of the shelf with the product's reader; what it leaves behind is nothing."""

    async def _read(home, branch="", **limits):
        repositories = reader(tmp_path / "reading", shelf, **limits)
        try:
            return await repositories.read(repositories.address(f"file://{home}", branch))
        finally:
            assert list((tmp_path / "reading").iterdir()) == []

    return _read
