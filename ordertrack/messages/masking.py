"""As much of an address as may be read by somebody who need not know it."""

from __future__ import annotations


def masked(address: str) -> str:
    """`+961•••127` of a number, `r•••@example.com` of an e-mail address, nothing of anything else."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}•••@{domain}"
    if address.startswith("+") and len(address) > 7:
        return f"{address[:4]}•••{address[-3:]}"
    return "•••"


def hidden(text: str, address: str) -> str:
    """A text in which the address is masked wherever it stands, a number without its plus sign too."""
    for each in (address, address.removeprefix("+")):
        text = text.replace(each, masked(address))
    return text
