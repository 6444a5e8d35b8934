"""Mattermost as a platform of the chat port."""
