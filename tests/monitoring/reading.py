"""Reading what those who watch a house read: a page of metrics, the guide's tables, and expressions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from ordertrack.database.config import ROOT
from ordertrack.monitoring import metrics

RULES = ROOT / "deploy" / "prometheus" / "ordertrack.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "ordertrack.json"
HAPROXY = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
GUIDE = ROOT / "docs" / "OPERATE.md"
# Given by Prometheus itself: with each sample, and one metric of each host.
OF_PROMETHEUS = {"up": frozenset({"job"})}
OF_EACH = frozenset({"instance", "job"})
_OF_HISTOGRAMS = ("_bucket", "_count", "_sum")
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?(?=\s*(\()?)")
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_LABEL = re.compile(r'([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"')
_WORDS = frozenset({"and", "or", "unless", "offset", "bool", "inf", "nan"})


class Kind(NamedTuple):
    type: str
    labels: frozenset[str]


def kept() -> dict[str, Kind]:
    """What the program counts, by the names that /metrics has."""
    kinds = {}
    for each in vars(metrics).values():
        if isinstance(each, Counter | Gauge | Histogram):
            (family,) = each.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            kinds[name] = Kind(family.type, frozenset(each._labelnames))
    return kinds


def on_page(text: str) -> dict[str, Kind]:
    """What a page of metrics has, by the same names, with the labels of its samples."""
    kinds = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {frozenset(sample.labels) - {"le"} for sample in family.samples}
        if len(labels) == 1:
            kinds[name] = Kind(family.type, *labels)
        else:
            assert not labels, (name, labels)
    return kinds


def in_guide() -> dict[str, Kind]:
    """What docs/OPERATE.md lists."""
    rows = re.findall(
        r"^\| `(ordertrack_\w+)` \| (\w+) \| ([^|]*) \| \S[^|]* \|$", GUIDE.read_text(), re.MULTILINE
    )
    names = [name for name, _, _ in rows]
    assert len(names) == len(set(names))
    return {name: Kind(kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def dashboard_expressions() -> Iterator[tuple[str, str]]:
    """By title of its panel."""
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for note in dashboard["annotations"]["list"]:
        yield note["name"], note["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"].removeprefix("label_values(").partition(",")[0]


def asked(expression: str) -> tuple[set[tuple[str, frozenset[str]]], set[str]]:
    """The metrics that an expression names, with the labels that it chooses by; and those it groups by."""
    text = re.sub(r"\[[^\]]*\]", "", expression)  # durations
    grouped = {label.strip() for each in _GROUPED.findall(text) for label in each.split(",")} - {""}
    text = _GROUPED.sub("", text)
    named = set()
    for name, chosen, is_call in _SELECTOR.findall(re.sub(r'(?<![\w:{,=~!"])\d[\w.]*', "", text)):
        if not is_call and name not in _WORDS:
            named.add((name, frozenset(_LABEL.findall(chosen))))
        text = text.replace(chosen, "") if chosen else text
    return named, grouped


def unknown_in(expression: str) -> list[str]:
    """What an expression names that no page of metrics has."""
    known = kept() | {name: Kind("gauge", labels) for name, labels in OF_PROMETHEUS.items()}
    for name, kind in list(known.items()):
        if kind.type == "histogram":
            for ending in _OF_HISTOGRAMS:
                more = {"le"} if ending == "_bucket" else set()
                known[name + ending] = Kind("histogram", kind.labels | more)
            del known[name]
    named, grouped = asked(expression)
    wrong = [name for name, _ in named if name not in known]
    there = OF_EACH.union(*(known[name].labels for name, _ in named if name in known))
    for name, chosen in named:
        if name in known:
            wrong += [f"{name}{{{label}}}" for label in chosen - known[name].labels - OF_EACH]
    return wrong + [f"by ({label})" for label in grouped - there]
