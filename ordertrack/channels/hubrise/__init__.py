"""HubRise: orders of the platforms and shops that it connects, by its callbacks and by asking for its events.

Written from https://www.hubrise.com/developers/api: callbacks, orders, general concepts, authentication.
"""

from ordertrack.channels.hubrise.channel import HubRise

CHANNEL = HubRise()
