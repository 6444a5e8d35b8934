"""Stage: planning."""
