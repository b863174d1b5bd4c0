"""Hints by which members are found: hashes of what an article says, each with the members that hold it.

The last few of them lead somewhere; what more members hold says little. So a look-up costs the same however many there
are.
"""

from sqlalchemy import Table

from monitor.store.statements import listed_values

HOLDERS = 64
"""Members that a hint leads to: the last ones."""
BACKGROUND = 1_000
"""Articles that are taken for known when little is stored: a first report would make its own words look common."""


def looked_up(dialect: str, table: Table, asked: str, within: str) -> str:
    """A statement for all hints of a JSON list, the parameter `asked`: the table's name, the hint, and its last `:most`
    holders, latest first, as one text; NULL where nobody holds it. `within`: a condition on their `number`.

    One value for all, for rows of their own would cost more than the database takes to find them.
    """
    listed = "group_concat(number)" if dialect == "sqlite" else "string_agg(CAST(number AS text), ',')"
    held = f"{table.c[0].name} = asked.value AND number {within} ORDER BY number DESC LIMIT :most"
    numbers = f"SELECT {listed} FROM (SELECT number FROM {table.name} WHERE {held}) AS held"  # noqa: S608
    return f"SELECT '{table.name}', asked.value, ({numbers}) FROM {listed_values(dialect, asked)} AS asked"  # noqa: S608
