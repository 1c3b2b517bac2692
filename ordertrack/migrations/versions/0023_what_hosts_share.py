"""What hosts of a database share: the secret that they sign with, and how often somebody tried to sign in.

Revision ID: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0022"

# Neither belongs to a tenant: the one is there once, and who signs in has none yet.
GRANTS = {"secret_fingerprint": ["SELECT"], "sign_in_tries": ["SELECT", "INSERT", "UPDATE", "DELETE"]}

FINGERPRINT = """
CREATE TABLE secret_fingerprint (
    is_it boolean PRIMARY KEY DEFAULT true CHECK (is_it),
    fingerprint text NOT NULL
)
"""
TRIES = """
CREATE TABLE sign_in_tries (
    whose text PRIMARY KEY,
    tries integer NOT NULL,
    ends_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    op.execute(FINGERPRINT)
    op.execute(TRIES)
    op.execute("CREATE INDEX sign_in_tries_by_end ON sign_in_tries (ends_at)")
