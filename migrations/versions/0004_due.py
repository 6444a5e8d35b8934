"""Indexes of what is still to be done: the sweep reads no run and no attempt that has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNREPORTED = "closed_at IS NULL AND state IN ('applied', 'errored', 'refused')"
WORKED_ON = "state IN ('pending', 'planning', 'approved', 'applying')"
INDEXES = (
    ("runs_due", "runs", "due_at", WORKED_ON),
    ("runs_unreported", "runs", "due_at", UNREPORTED),
    ("runs_expiring", "runs", "expires_at", "state = 'planned'"),
    ("runs_to_remind", "runs", "remind_at", "state = 'planned'"),
    ("attempts_open", "attempts", "beat_until", "finished_at IS NULL"),
)


def upgrade() -> None:
    # An index of all runs by state and time looks as good as those below, and reads every run that has ended.
    op.drop_index("runs_due", table_name="runs")
    for name, table, column, where in INDEXES:
        rows = sa.text(where)
        op.create_index(name, table, [column], unique=False, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for name, table, _column, _where in INDEXES:
        op.drop_index(name, table_name=table)
    op.create_index("runs_due", "runs", ["state", "due_at"], unique=False)
