"""Pure functions that understand, check and review without a model."""
