"""The pages of this room."""

from __future__ import annotations

from ordertrack.backoffice import pace_views, rider_views
from ordertrack.backoffice.access import (
    account_views,
    key_views,
    password_link_views,
    people_views,
    tablet_code_views,
    tablet_views,
)
from ordertrack.backoffice.audit import audit_views
from ordertrack.backoffice.log_import import import_views
from ordertrack.backoffice.menu import dish_views, menu_import_views, menu_views
from ordertrack.backoffice.settings import (
    brand_views,
    guest_data_views,
    hours_views,
    operations_views,
    restaurant_views,
    rule_set_views,
    targets_views,
)

BLUEPRINTS = (
    operations_views.blueprint,
    targets_views.blueprint,
    brand_views.blueprint,
    menu_views.blueprint,
    dish_views.blueprint,
    menu_import_views.blueprint,
    import_views.blueprint,
    rule_set_views.blueprint,
    guest_data_views.blueprint,
    pace_views.blueprint,
    rider_views.blueprint,
    people_views.blueprint,
    password_link_views.blueprint,
    account_views.blueprint,
    audit_views.blueprint,
    restaurant_views.blueprint,
    hours_views.blueprint,
    key_views.blueprint,
    tablet_views.blueprint,
    tablet_code_views.blueprint,
)
