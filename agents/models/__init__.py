"""The chain of models and the offline rules model."""
