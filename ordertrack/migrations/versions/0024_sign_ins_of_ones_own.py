"""Sign-ins say where they were made and when they were last seen; a link lets somebody set a password, once.

Revision ID: 0024
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0024"
down_revision = "0023"

GRANTS = {
    "staff_sessions": ["UPDATE (last_seen_at)"],
    "password_links": ["SELECT", "INSERT", "DELETE"],
}

SESSIONS = """
ALTER TABLE staff_sessions ADD COLUMN device text,
    ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
"""

# Of a link only the digest is kept. It is gone once it was used.
LINKS = """
CREATE TABLE password_links (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    made_by uuid NOT NULL,
    digest text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES staff_members (tenant_id, id)
);
CREATE INDEX password_links_digest ON password_links (digest);
CREATE INDEX password_links_staff ON password_links (tenant_id, staff_id);
CREATE POLICY by_credential ON password_links FOR SELECT
    USING (digest = current_setting('ordertrack.password_link', true));
"""
# Whoever changes a password or ends access: the operator's commands do, too.
ENDS_LINKS = """
CREATE TRIGGER end_password_links AFTER UPDATE OF password_hash, revoked_at ON staff_members FOR EACH ROW
    WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash
        OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION end_password_links();
"""


def upgrade() -> None:
    op.execute(SESSIONS)
    op.execute(LINKS)
    keep_tenants_apart("password_links")
    make_function("end_password_links", 1)
    make_function("change_password", 1)
    make_function("use_password_link", 1)
    op.execute(ENDS_LINKS)
