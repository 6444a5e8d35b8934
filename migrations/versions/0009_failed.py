"""What a chat refused for good is found without reading what was said."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    failed = sa.text("failed_at IS NOT NULL")
    op.create_index("outbox_failed", "outbox", ["at"], sqlite_where=failed, postgresql_where=failed)


def downgrade() -> None:
    op.drop_index("outbox_failed", "outbox")
