"""What an API key is for, where, and until when; when it was used last; and the text that it had before.

Revision ID: 0021
"""

from alembic import op

revision = "0021"
down_revision = "0020"

GRANTS = {"api_keys": ["UPDATE (last_used_at)"]}

# A key made by somebody who knows of no scopes, the commit before too, does all that keys could do so far.
NARROWER = """
ALTER TABLE api_keys
    ADD COLUMN scopes text[] NOT NULL
        DEFAULT '{orders:write,orders:read,events:read,reports:read,settings:write}'
        CHECK (cardinality(scopes) > 0 AND scopes <@
            '{orders:write,orders:read,events:read,reports:read,settings:write}'::text[]),
    ADD COLUMN restaurant_ids uuid[] CHECK (cardinality(restaurant_ids) > 0),
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN last_used_at timestamptz,
    ADD COLUMN previous_hash text,
    ADD COLUMN previous_until timestamptz,
    ADD CHECK ((previous_hash IS NULL) = (previous_until IS NULL));
CREATE INDEX api_keys_previous_hash ON api_keys (previous_hash);
CREATE POLICY by_previous_credential ON api_keys FOR SELECT
    USING (previous_hash = current_setting('ordertrack.api_key_hash', true));
"""

# Noted like an access that ended, under a name of its own: whoever keeps the key reads it anew.
NOTED = """
CREATE TRIGGER note_changed_key
    AFTER UPDATE OF key_hash, previous_hash, previous_until, scopes, restaurant_ids, expires_at ON api_keys
    FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION note_ended_access('changed:key', 'ended')
"""


def upgrade() -> None:
    op.execute(NARROWER)
    op.execute(NOTED)
