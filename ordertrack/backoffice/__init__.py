"""The pages on which a house is set up: people, riders, tablets, targets, operations, rules."""

from ordertrack.backoffice import (
    account_views,
    brand_views,
    operations_views,
    pace_views,
    password_link_views,
    people_views,
    rider_views,
    rule_set_views,
    tablet_code_views,
    tablet_views,
    targets_views,
)

BLUEPRINTS = (
    operations_views.blueprint,
    targets_views.blueprint,
    brand_views.blueprint,
    rule_set_views.blueprint,
    pace_views.blueprint,
    rider_views.blueprint,
    people_views.blueprint,
    password_link_views.blueprint,
    account_views.blueprint,
    tablet_views.blueprint,
    tablet_code_views.blueprint,
)

__all__ = ["BLUEPRINTS"]
