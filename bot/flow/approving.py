"""Stage: approving."""
