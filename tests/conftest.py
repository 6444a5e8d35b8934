"""What every test may ask for; each line is a file of fixtures."""

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.toolchain"]
