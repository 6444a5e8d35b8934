"""Why an event that nobody can read was laid aside."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("reason", sa.Text()))


def downgrade() -> None:
    op.drop_column("inbox", "reason")
