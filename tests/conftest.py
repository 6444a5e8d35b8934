"""What every test may ask for; each line is a file of fixtures."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.toolchain"]

# A law is judged by what it says, never by how busy the machine is: whole runs have pytest's own limit.
settings.register_profile("threadform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("threadform")
