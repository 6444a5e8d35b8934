"""Slack as a platform of the chat port."""
