"""When a page says that its article was modified, and its dates as it writes them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The types as they were then: a later change to columns.py must not change this step.
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("articles", Column("modified_at", MOMENT, nullable=True))
    for name in ("published_raw", "modified_raw"):
        op.add_column("articles", Column(name, TEXT, nullable=False, server_default=""))
        if op.get_context().dialect.name != "sqlite":
            op.alter_column("articles", name, server_default=None)
