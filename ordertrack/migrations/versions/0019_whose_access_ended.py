"""Whose access ended lately, of all tenants in one place: so a process may keep who is signed in.

Revision ID: 0019
"""

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0019"
down_revision = "0018"

# It belongs to no tenant: a name is a kind and a random id, and every process is notified of all of them.
GRANTS = {"ended_access": ["SELECT"]}

ENDED = """
CREATE TABLE ended_access (
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    name text NOT NULL,
    PRIMARY KEY (at, name)
)
"""
NOTED = """
CREATE TRIGGER note_ended_access AFTER UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (OLD.{column} IS NULL AND NEW.{column} IS NOT NULL)
    EXECUTE FUNCTION note_ended_access('{kind}', 'ended')
"""
GIVEN_BACK = """
CREATE TRIGGER note_access_given_back AFTER UPDATE OF revoked_at ON staff_members FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
    EXECUTE FUNCTION note_ended_access('staff', 'given back')
"""


def upgrade() -> None:
    op.execute(ENDED)
    make_function("note_ended_access", 1)
    for table, column, kind in (
        ("staff_members", "revoked_at", "staff"),
        ("staff_sessions", "ended_at", "session"),
        ("tablets", "ended_at", "tablet"),
        ("api_keys", "revoked_at", "key"),
    ):
        op.execute(NOTED.format(table=table, column=column, kind=kind))
    op.execute(GIVEN_BACK)
