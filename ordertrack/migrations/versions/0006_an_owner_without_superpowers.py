"""Which tenants the roll-up lags behind, asked by a function that an owner who is no superuser can make too.

Revision ID: 0006
"""

from ordertrack.migrations.building import make_function

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Houses installed before have a function with a SET clause for `ordertrack.tenant_id`.
    make_function("tenants_behind", 1)
