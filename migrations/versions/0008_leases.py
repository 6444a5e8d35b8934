"""How long guests may live."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("stack_id", sa.Text(), sa.ForeignKey("stacks.id"), primary_key=True),
        sa.Column("guest", sa.Text(), primary_key=True),
        sa.Column("run_id", sa.Text(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("vmid", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index("leases_due", "leases", ["due_at"])


def downgrade() -> None:
    op.drop_table("leases")
