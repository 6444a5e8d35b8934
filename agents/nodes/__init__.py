"""One LlmAgent factory an agent."""
