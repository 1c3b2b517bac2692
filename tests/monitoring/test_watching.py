"""What comes along to watch a house with: rules, dashboard and guide fit what it counts, and each other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring import reading, series
from support import certificates

_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


def test_the_guide_lists_every_metric_with_its_type_and_labels() -> None:
    assert reading.in_guide() == reading.kept()


def test_the_guide_says_of_each_alert_what_the_rule_says() -> None:
    said = dict(
        re.findall(r"^\| `(Ordertrack\w+)` \| [^|]+ \| ([^|]+) \|$", reading.GUIDE.read_text(), re.MULTILINE)
    )
    assert said == {rule["alert"]: rule["annotations"]["do"].strip() for rule in reading.rules()}


def test_each_rule_asks_for_what_there_is_and_says_what_to_do() -> None:
    rules = reading.rules()
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    for rule in rules:
        assert reading.unknown_in(rule["expr"]) == [], rule["alert"]
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"]["summary"] and len(rule["annotations"]["do"].split()) > 15, rule["alert"]


def test_each_panel_asks_for_what_there_is() -> None:
    expressions = list(reading.dashboard_expressions())
    assert len(expressions) > 30
    assert [
        (where, reading.unknown_in(each)) for where, each in expressions if reading.unknown_in(each)
    ] == []
    panels = json.loads(reading.DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("time() - max by (work) (ordertrack_beside_timestamp_seconds) > 120", []),
        ('sum(rate(ordertrack_requests_total{status=~"5..", instance="a:1"}[5m])) or up', []),
        ("histogram_quantile(0.9, sum by (le, kind) (rate(ordertrack_request_seconds_bucket[1h])))", []),
        ("ordertrack_bus_conected < 2", ["ordertrack_bus_conected"]),
        ("rate(ordertrack_request_seconds[5m])", ["ordertrack_request_seconds"]),
        ('ordertrack_errors_total{route="/"}', ["ordertrack_errors_total{route}"]),
        ("sum by (tenant) (ordertrack_requests_total)", ["by (tenant)"]),
    ],
)
def test_what_is_not_there_is_noticed(expression: str, wrong: list[str]) -> None:
    assert reading.unknown_in(expression) == wrong


def test_promtool_finds_nothing_wrong_where_it_is_installed(tmp_path: Path) -> None:
    promtool = shutil.which("promtool", path=_PATH)
    expressions = [
        {"record": f"panel:number:{n}", "expr": each.replace("$instance", ".*")}
        for n, (_, each) in enumerate(reading.dashboard_expressions())
    ]
    panels = tmp_path / "panels.yml"
    panels.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": expressions}]}))
    for file in [reading.RULES, panels] if promtool else []:
        checked = subprocess.run(
            [str(promtool), "check", "rules", file], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr


def test_by_each_fault_its_own_alert_fires_and_no_other(tmp_path: Path) -> None:
    """Worked out by promtool, where it is installed; `make alerts-drill` has real faults."""
    assert {alert for alert, _ in series.FAULTS} == {rule["alert"] for rule in reading.rules()}
    assert [each for each in series.WELL if reading.unknown_in(each)] == []
    tests = tmp_path / "tests.yml"
    tests.write_text(yaml.safe_dump(series.promtool_tests(str(reading.RULES))))
    if promtool := shutil.which("promtool", path=_PATH):
        tested = subprocess.run(
            [promtool, "test", "rules", tests], capture_output=True, text=True, check=False
        )
        assert tested.returncode == 0, tested.stdout + tested.stderr


def test_haproxy_hands_streams_on_and_repeats_no_tap(tmp_path: Path) -> None:
    """HAProxy itself reads it where it is installed; what must stand in it is looked for everywhere."""
    said = reading.HAPROXY.read_text()
    lines = [line.split("#")[0].split() for line in said.splitlines()]
    times = {line[1]: _seconds(line[2]) for line in lines if line[:1] == ["timeout"]}
    assert min(times["client"], times["server"]) > 40  # a page that hears nothing for so long comes back
    assert times["http-request"] > 10  # the server's own patience, and its answer to who is slower
    assert ["option", "httpchk", "GET", "/readyz"] in lines
    assert ["retry-on", "conn-failure"] in lines
    assert ["http-request", "set-header", "X-Forwarded-For", "%[src]"] in lines
    assert not any("path" in word for line in lines if line[:1] == ["log-format"] for word in line)
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(b"".join(certificates.of_itself("orders.example.com")))
    here = tmp_path / "haproxy.cfg"
    (named,) = re.findall(r"crt (\S+)", said)
    here.write_text(said.replace(named, str(certificate)))
    if haproxy := shutil.which("haproxy", path=_PATH):
        checked = subprocess.run([haproxy, "-c", "-f", here], capture_output=True, text=True, check=False)
        assert checked.returncode == 0 and "WARNING" not in checked.stderr, checked.stderr


def _seconds(said: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m)", said).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[unit]
