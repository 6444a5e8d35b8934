"""The ``threadform`` command."""


def main() -> None:
    """Run the command line."""
