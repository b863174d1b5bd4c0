"""The database: what is known, what is due, what was found. The only package that knows SQLAlchemy and Alembic."""
