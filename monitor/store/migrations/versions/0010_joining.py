"""Samples of texts stand with their member; what members say is looked up in memory, so that two tables go."""

from struct import pack

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, LargeBinary

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LOOKED_UP = 16_384
"""Members that are looked up in memory, the last ones. Of those before them all shingles stay in the table, and where
one leads to a member their texts are compared.
"""


def upgrade() -> None:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    nothing = sa.text("x''" if is_sqlite else "''")
    op.add_column("members", Column("sample", LargeBinary(), nullable=False, server_default=nothing))
    if not is_sqlite:
        op.alter_column("members", "sample", server_default=None)
    _take_over_samples(op.get_bind())
    op.drop_column("members", "sampled")
    op.drop_table("terms")
    op.drop_table("marks")


def _take_over_samples(tx: sa.Connection) -> None:
    shingles = sa.table("shingles", sa.column("shingle"), sa.column("number"))
    members = sa.table("members", *map(sa.column, ("number", "sampled")), sa.column("sample", LargeBinary))
    first = (tx.execute(sa.select(sa.func.max(members.c.number))).scalar() or 0) - LOOKED_UP
    samples: dict[int, list[int]] = {}
    for shingle, number in tx.execute(sa.select(shingles).where(shingles.c.number > first)):
        samples.setdefault(number, []).append(shingle)
    # More than it says it has: some are of a text that it had before. It stays without, and its texts are compared.
    sizes = tx.execute(sa.select(members.c.number, members.c.sampled).where(members.c.number > first)).all()
    whole = {number for number, sampled in sizes if len(samples.get(number, ())) == sampled}
    saved = sa.update(members).where(members.c.number == sa.bindparam("of")).values(sample=sa.bindparam("held"))
    for number in whole & samples.keys():
        sample = samples[number]
        tx.execute(saved, {"of": number, "held": pack(f"<{len(sample)}I", *sorted(sample))})
