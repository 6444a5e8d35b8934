"""Stage: closing."""
