"""What people read of this channel: its form, why something was refused, what became of a call."""

from __future__ import annotations

from ordertrack.i18n.translate import marked

ABOUT = marked(
    "Orders of the platforms and shops that HubRise connects come here by themselves, and each side knows how"
    " an order stands. A card shows the platform that its order came by."
)
LOCATION = marked("Location ID")
TOKEN = marked("Access token")
TOKEN_HINT = marked(
    "HubRise gives one for each connection, when this program is connected to your location there."
)
SECRET = marked("Client secret")
SECRET_HINT = marked("HubRise signs with it what it sends.")
COLLECTED = marked("Payments still to collect")
COLLECTED_HINT = marked(
    "References of the payment methods that a guest pays with at the door, with commas between them."
)

WRONG_SIGNATURE = marked("Not signed with the client secret: check it in HubRise and here.")
NOT_JSON = marked("Not understood: it must be JSON.")
NO_EVENT = marked("Not understood: it must be an event of HubRise.")
OTHER_KIND = marked("Nothing to do: it tells of something else than an order (%(kind)s).")
NO_STATE = marked("The event came without the order that it tells of.")
NOT_OURS = marked("The event tells of another order than it carries.")

NOT_TEXT = marked("“%(field)s” must be a text.")
NOT_MONEY = marked("“%(field)s” must be an amount and its currency, like 12.50 EUR.")
TOO_MUCH_MONEY = marked("“%(field)s” is more than any order costs.")
PARTS_OF_A_CENT = marked("“%(field)s” has more decimals than its currency.")
BELOW_NOTHING = marked("“%(field)s” is less than nothing.")
NOT_DECIMAL = marked("“%(field)s” must be a number, like 2.5.")
NOT_MOMENT = marked("“%(field)s” must be a date and time with a time zone.")
NOT_LIST = marked("“%(field)s” must be a list.")
NOT_OBJECT = marked("“%(field)s” must have fields of its own.")
MISSING = marked("“%(field)s” is missing.")
NO_STATUS = marked("“%(field)s” is %(value)s, which HubRise does not have.")
NO_SERVICE = marked("“%(field)s” must be delivery, collection or eat_in.")
NOTHING_TO_PREPARE = marked("There is nothing to prepare: all items were removed.")
TOO_MANY_LINES = marked("An order has at most %(most)s lines, and this one has %(lines)s.")

CANCELLED = marked("Cancelled at the shop or platform")
REJECTED = marked("Rejected at the shop or platform")
NOT_DELIVERED = marked("Could not be delivered, says the platform")

TOLD = marked("HubRise knows.")
TOLD_BEFORE = marked("HubRise had it so before.")
ENDED_THERE = marked("Not told: the order has ended at HubRise.")
NOT_LET_IN = marked("HubRise refused the access token.")
NO_SUCH_ORDER = marked("HubRise has no such order any more.")
COMES_AGAIN = marked("HubRise could not take it now; it is tried again.")
REACHED = marked("HubRise answers: %(name)s.")
