"""People: conversations, runs, approvals, reports. The only room that knows chat, SQL and Redis."""
