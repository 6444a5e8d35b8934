"""What adapters still know after a restart; how severe a message is, and what went out by a second way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_notes",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
    )
    op.create_index("chat_notes_oldest", "chat_notes", ["at"])
    op.add_column("outbox", sa.Column("severity", sa.Text(), nullable=False, server_default="info"))
    op.create_table(
        "second_ways",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("way", sa.Text(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("sent_at", sa.Double()),
        sa.Column("told_at", sa.Double()),
        sa.Column("reason", sa.Text()),
        sa.Column("lease_until", sa.Double(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.Double(), nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index(
        "second_ways_untold",
        "second_ways",
        ["key"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("second_ways")
    op.drop_column("outbox", "severity")
    op.drop_table("chat_notes")
