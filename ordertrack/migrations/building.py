"""What revisions are made of: functions of the schema, and tables of which each tenant sees its own rows.

A revision may have `GRANTS`: by table, what the application may do there from it on.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

_FUNCTIONS = Path(__file__).parent / "functions"


def make_function(name: str, version: int) -> None:
    """Make this version of a function, or put it in the place of the one that has the same arguments.

    What the commit before calls must stay: new arguments are a function beside the old one, which a later
    revision drops.
    """
    op.execute((_FUNCTIONS / name / f"v{version}.sql").read_text())


def keep_tenants_apart(*tables: str) -> None:
    """Show of these tables only the rows of the tenant that was entered, to their owner too."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_isolation ON {table}"
            " USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())"
        )


def begin_follower(name: str) -> None:
    """Have a follower begin here: at what happens from now on, of each company that is there.

    Its own revision says so, for the process that follows is started later.
    """
    op.execute(f"INSERT INTO followers (name) VALUES ('{name}')")  # noqa: S608 (a name of ours)
    op.execute(_BEGIN_FOLLOWER.format(name=name))


def make_reports_anew(of: str) -> None:
    """Have all days of these restaurants be made anew: `of` is a table of theirs, and which of its rows."""
    op.execute(_MAKE_REPORTS_ANEW.format(of=of))


# Row-level security is forced on its owner too, so one company after the other.
_MAKE_REPORTS_ANEW = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        INSERT INTO sla_stale (tenant_id, restaurant_id, from_date)
        SELECT DISTINCT tenant_id, restaurant_id, date '0001-01-01' FROM {of}
        ON CONFLICT (tenant_id, restaurant_id) DO UPDATE SET from_date = excluded.from_date;
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""
_BEGIN_FOLLOWER = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        INSERT INTO follower_positions (tenant_id, follower, seq)
        SELECT tenant, '{name}', coalesce((SELECT seq FROM tenant_streams WHERE tenant_id = tenant), 0);
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""
