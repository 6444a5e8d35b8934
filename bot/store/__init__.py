"""What lasts (SQL) and what passes (Redis)."""
