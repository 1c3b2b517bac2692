"""Followers of the log stand somewhere in it, and jobs wait until they are done; which keys seal is known.

Revision ID: 0030
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0030"
down_revision = "0029"

GRANTS = {
    "sealing_fingerprints": ["SELECT", "INSERT"],
    "followers": ["SELECT", "INSERT"],
    "follower_positions": ["SELECT", "INSERT", "UPDATE (seq)"],
    "job_numbers": ["SELECT", "INSERT", "UPDATE (last)"],
    "jobs": [
        "SELECT",
        "INSERT",
        "UPDATE (state, due_at, tries, taken_by, taken_at, ended_at, note)",
        "DELETE",
    ],
    "FUNCTION followed_heads()": ["EXECUTE"],
    "FUNCTION jobs_due()": ["EXECUTE"],
}

SEALING = "CREATE TABLE sealing_fingerprints (fingerprint text PRIMARY KEY)"
# Since when there is one of this name: of a company that is older it takes what comes from then on, and of
# a younger one all there is.
FOLLOWERS = """
CREATE TABLE followers (
    name text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE follower_positions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    follower text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (tenant_id, follower)
);
"""
# Numbered in their tenant: whoever adds some holds the number until the commit, so that they stand in the
# order in which they can be seen.
JOBS = """
CREATE TABLE job_numbers (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    last bigint NOT NULL
);
CREATE TABLE jobs (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    destination text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL
        CHECK (state IN ('queued', 'waiting', 'running', 'done', 'failed', 'unknown')),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    taken_by uuid,
    taken_at timestamptz,
    ended_at timestamptz,
    note text,
    PRIMARY KEY (tenant_id, id),
    CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'failed', 'unknown'))),
    CHECK (state <> 'running' OR taken_by IS NOT NULL AND taken_at IS NOT NULL)
);
-- Of a lane one is the first; the others are queued behind it.
CREATE UNIQUE INDEX jobs_first_of_lane ON jobs (tenant_id, lane) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_queued ON jobs (tenant_id, lane, id) WHERE state = 'queued';
CREATE INDEX jobs_due ON jobs (tenant_id, destination, due_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_of_kind ON jobs (tenant_id, kind, id);
CREATE INDEX jobs_open_there ON jobs (tenant_id, destination, id)
    WHERE state IN ('queued', 'waiting', 'running');
"""


def upgrade() -> None:
    op.execute(SEALING)
    op.execute(FOLLOWERS)
    op.execute(JOBS)
    keep_tenants_apart("follower_positions", "job_numbers", "jobs")
    make_function("followed_heads", 1)
    make_function("jobs_due", 1)
    make_function("end_job", 1)
    op.execute("REVOKE ALL ON FUNCTION followed_heads(), jobs_due() FROM PUBLIC")
