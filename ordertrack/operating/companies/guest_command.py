"""`ordertrack guest`: what is known of guests."""

from __future__ import annotations

import click

from ordertrack.database.operating import as_json_option, operator, report


@click.group()
def guest() -> None:
    """What is known of guests."""


@guest.command("forget")
@click.argument("phone")
@click.option("--company", "--tenant", "slug", required=True, metavar="SLUG", help="The company's slug.")
@as_json_option
def forget(phone: str, slug: str, as_json: bool) -> None:
    """Mask all that the company has kept of the guest with the telephone number PHONE.

    Orders stay, with what was ordered and when, and say no longer by whom. One that is still open is left as
    it is, and named: forget the guest again once it has ended.
    """
    from ordertrack.orders.forgetting.guest import NoNumber
    from ordertrack.orders.forgetting.guest import forget as forget_guest
    from ordertrack.tenants import accounts, audit

    with operator():
        tenant = accounts.find_tenant(slug)
        try:
            done = forget_guest(phone, by=audit.operator(tenant.id, "guest forget"))
        except NoNumber as error:
            raise click.ClickException(str(error)) from None
        said = f"{done.orders} order{'' if done.orders == 1 else 's'} say no longer whose they were."
        if not done.orders and not done.open:
            said = "No order has this number. What else was kept of it is gone."
        if done.open:
            numbers = ", ".join(f"#{number}" for number in done.open)
            said += f" Still open, and left as they are: {numbers}. Run it again once they have ended."
        report(as_json, said, tenant=slug, orders=done.orders, open=done.open, others=done.others)
