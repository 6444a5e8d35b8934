"""Stage: applying."""
