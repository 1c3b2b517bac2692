"""WooCommerce: a shop's orders by its webhooks, and by asking for what its webhooks did not bring.

Written from its documentation: the developers' pages on webhooks and the REST API v3 (orders).
"""

from ordertrack.channels.woocommerce.channel import WooCommerce

CHANNEL = WooCommerce()

__all__ = ["CHANNEL"]
