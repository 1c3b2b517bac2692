"""What each page is for, in two sentences, for whoever stands on it for the first time."""

from __future__ import annotations

from flask import Flask

from ordertrack.i18n.translate import gettext, marked

SENTENCES: dict[str, tuple[str, str]] = {
    "overview": (
        marked("All your restaurants at a glance, the one in most trouble first."),
        marked("What needs your attention is listed beside them, with the button that settles it."),
    ),
    "boards": (
        marked("Every board of your restaurants: kitchen, dispatch, and the pickup screen for guests."),
        marked("For a tablet that stays in the kitchen use Tablets instead: it then stays signed in."),
    ),
    "orders": (
        marked("Every order of a day, whatever became of it."),
        marked("Tap an order's number to read who did what with it, and when."),
    ),
    "reports": (
        marked("How long orders really took, and how often targets were kept; test orders do not count."),
        marked("Choose the days, the stage and the restaurants; the tables below show where time was lost."),
    ),
    "forecast": (
        marked("How many orders the next seven days will probably bring, hour by hour, from those before."),
        marked(
            "How far this was off on the last days stands above the table: read it before you plan by it."
        ),
    ),
    "screens": (
        marked("Which tablet or screen shows which board at this moment."),
        marked("If a restaurant has open orders that no screen shows, you are told here and on every page."),
    ),
    "people": (
        marked("Your team: who may do what, and their PINs for the shared tablets."),
        marked("When somebody leaves, end their access here; it ends at once and everywhere."),
    ),
    "tablets": (
        marked("The tablets of your kitchens and counters, each with the one board that it shows."),
        marked("A tablet stays signed in and opens nothing else; if it is lost or sold, end it here."),
    ),
    "account": (
        marked("Your own sign-in: your password, and the devices on which you are signed in."),
        marked("If you do not recognise a device, sign it out and choose a new password."),
    ),
    "alerts": (
        marked("What to tell you of when you are not looking, on your phone or by e-mail."),
        marked("Each trouble is told once when it begins and once when it is over."),
    ),
    "targets": (
        marked("When your business day begins, which shifts you work, and how long each stage may take."),
        marked("Boards and reports judge orders by these targets; days that are over are not judged anew."),
    ),
    "operations": (
        marked("How the boards of this restaurant work: undo, shared tablets, reasons, orders for later."),
        marked("Stations decide which dish shows on which tablet; you can try them out before you save."),
    ),
    "brand": (
        marked("How your restaurant looks on the page where guests follow their order."),
        marked("Open pages change as soon as you save."),
    ),
    "messages": (
        marked("What your guests are told while they do not look at their order's page, and by what."),
        marked("Only guests who agreed to it are told, each thing once, and nothing that they see already."),
    ),
    "message_providers": (
        marked("By which mail server and which providers your company sends messages to guests."),
        marked("Passwords and keys are kept sealed; after you save, send yourself a test message."),
    ),
    "sent_messages": (
        marked("Every message to a guest: whether it arrived, and if not, why."),
        marked("The table above the list counts what was sent on each day, and what it cost."),
    ),
    "guest_data": (
        marked("For how long your orders say who ordered: name, phone, address and notes."),
        marked("A guest who asks to be forgotten is forgotten here, by their phone number."),
    ),
    "rules": (
        marked(
            "Whether an order can go back: under the strict rules never, under the extended ones it can be"
            " recalled, brought back or cancelled late, always with a reason."
        ),
        marked("The choice holds for all restaurants of the company."),
    ),
    "pace": (
        marked(
            "For a full evening: Busy adds minutes to the time that guests are quoted, Paused takes no new"
            " orders."
        ),
        marked("Say until when, and it goes back to normal by itself."),
    ),
    "riders": (
        marked("Who delivers for this restaurant, and who is here now."),
        marked("Dispatch is offered first the riders who are here; only your team sees their phone numbers."),
    ),
    "restaurants": (
        marked("Your restaurants, each with its name, address, opening hours, logo and colour."),
        marked("Closing a restaurant keeps its orders and its reports."),
    ),
    "keys": (
        marked(
            "With a key, your till, your website or a delivery platform sends orders here and reads them."
        ),
        marked("Give each program a key of its own with only what it needs; you can end it at any time."),
    ),
    "channels": (
        marked("The shops and platforms whose orders come here by themselves."),
        marked("Everything that they send is kept for two weeks, beside what became of it."),
    ),
    "webhooks": (
        marked(
            "For programs of others that want to hear at once what happens to your orders, such as an"
            " accounting or delivery service. You need this page only if such a service gives you a web"
            " address to enter here."
        ),
        marked("What an endpoint answered stands on its page; from there you can send events again."),
    ),
    "audit": (
        marked(
            "Every change to your people, tablets, keys, menu and settings: who made it, when, from what"
            " to what."
        ),
        marked("Nothing here can be edited, so look here first if something is not as you left it."),
    ),
    "import": (
        marked("Orders that another system has noted become your history, so that reports know your past."),
        marked("You first see what was understood of the file; nothing is written before you agree."),
    ),
    "menu": (
        marked("Your dishes, each with its price, its station and how long it takes to make."),
        marked("Mark a dish as sold out, and whoever takes orders sees it at once."),
    ),
}
"""By the name of the page."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals["page_help"] = page_help


def page_help(page: str) -> list[str]:
    """The sentences of a page in the language spoken now; KeyError for one that has none."""
    return [gettext(sentence) for sentence in SENTENCES[page]]
