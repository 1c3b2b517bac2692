"""What may be called: nothing but the public internet, whatever it is written as or its name stands for."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ordertrack.outgoing import addresses, client
from ordertrack.outgoing.client import AddressRefused, CallFailed

NOT_PUBLIC = (
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "203.0.113.9"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *(
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b::7f00:1",
    ),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "::ffff:0:127.0.0.1", "4000::1"),
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450::1")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_refused_where_a_name_stands_for_it(address: str) -> None:
    assert not addresses.is_public(ip_address(address))
    with pytest.raises(AddressRefused):
        client.send("GET", "http://shop.example/", resolver=lambda _host, _port: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_called(address: str) -> None:
    assert addresses.is_public(ip_address(address))


def test_one_address_that_is_not_public_is_enough_to_refuse_a_name() -> None:
    with pytest.raises(AddressRefused):
        client.send("GET", "http://shop.example/", resolver=lambda _host, _port: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://shop.example/",
            "file:///etc/passwd",
            "gopher://shop.example/",
            "//shop.example/",
            "shop",
            "",
        ),
        *("http://", "http:///path", "https://maya:secret@shop.example/", "https://maya@shop.example/"),
        *("http://shop.example:22/", "http://shop.example:25/", "http://127.0.0.1/", "http://[::1]/"),
        *("http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest", "http://shop .example/"),
        *("http://shop.example/\n", "http://shop.example\r\nX: y/", "https://" + "a" * 3000),
    ],
)
def test_what_is_no_address_to_be_called_is_refused_before_anything_is_resolved(url: str) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise AssertionError("it was resolved")

    with pytest.raises(AddressRefused):
        client.send("GET", url, resolver=resolve)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "localhost."])
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(CallFailed):
        client.send("GET", f"http://{host}/")


def test_what_a_form_is_told_holds_no_part_of_a_password() -> None:
    with pytest.raises(AddressRefused) as refused:
        addresses.read("https://maya:cedar-and-salt@shop.example/")
    assert "cedar" not in str(refused.value)
