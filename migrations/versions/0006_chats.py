"""What the chats keep: the threads they take part in, and how far each platform was read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_threads",
        sa.Column("thread", sa.Text(), primary_key=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.Double(), nullable=False),
        sa.Column("heard_at", sa.Double(), nullable=False),
    )
    op.create_index("chat_threads_of_platform", "chat_threads", ["platform", "heard_at"])
    op.create_table(
        "chat_marks",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("chat_marks")
    op.drop_table("chat_threads")
