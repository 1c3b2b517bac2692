"""Series of a house in which all is well, and what each alert's fault makes of them, each 15 seconds.

In the words of promtool: `1x80` is 80 times the same, `0+15x80` grows by 15, as a clock does.
"""

from __future__ import annotations

from typing import Any

_BUCKET = 'ordertrack_tap_to_screen_seconds_bucket{le="%s"}'
_REFUSED = 'ordertrack_refusals_total{kind="not-now"}'
_STARTS = 'ordertrack_beside_starts_total{instance="a",work="clock"}'
WELL = {
    'up{job="ordertrack"}': "1x80",
    'ordertrack_log_looked_timestamp_seconds{process="worker"}': "0+15x80",
    "ordertrack_bus_connected": "2x80",
    "ordertrack_workers": "2x80",
    'ordertrack_beside_timestamp_seconds{work="clock"}': "0+15x80",
    "ordertrack_rollup_lag_seconds": "3x80",
    'ordertrack_follower_lag_seconds{follower="webhooks"}': "0x80",
    "ordertrack_later_overdue_seconds": "0x80",
    "ordertrack_backup_timestamp_seconds": "0x30 450x50",
    "ordertrack_backup_interval_seconds": "450x80",
    "ordertrack_pool_refused_total": "0x80",
    "ordertrack_errors_total": "0x80",
    _REFUSED: "0+1x80",
    _BUCKET % "0.1": "0+10x80",
    _BUCKET % "2": "0+10x80",
    _BUCKET % "5": "0+10x80",
    _BUCKET % "+Inf": "0+10x80",
    "ordertrack_start_timestamp_seconds": "0x80",
    "ordertrack_worker_starts_total": "2x80",
    _STARTS: "1x80",
    'ordertrack_failed_sign_ins_total{shown="pin",why="wrong"}': "0+1x80",
}
FAULTS: list[tuple[str, dict[str, str]]] = [
    ("OrdertrackDown", {'up{job="ordertrack"}': "1x40 0x40"}),
    ("OrdertrackScreensNotLive", {'ordertrack_log_looked_timestamp_seconds{process="worker"}': "0x80"}),
    ("OrdertrackDeaf", {"ordertrack_bus_connected": "1x80"}),
    ("OrdertrackWorkStopped", {'ordertrack_beside_timestamp_seconds{work="clock"}': "0x80"}),
    ("OrdertrackReportsBehind", {"ordertrack_rollup_lag_seconds": "0+15x80"}),
    ("OrdertrackFollowerBehind", {'ordertrack_follower_lag_seconds{follower="webhooks"}': "0+15x80"}),
    ("OrdertrackLaterOverdue", {"ordertrack_later_overdue_seconds": "0+15x80"}),
    ("OrdertrackBackupOld", {"ordertrack_backup_interval_seconds": "60x80"}),
    ("OrdertrackBackupOld", {"ordertrack_backup_timestamp_seconds": "-100000x80"}),
    ("OrdertrackConnectionsExhausted", {"ordertrack_pool_refused_total": "0x40 1x40"}),
    ("OrdertrackErrors", {"ordertrack_errors_total": "0x40 1x40"}),
    ("OrdertrackRefusing", {_REFUSED: "0+2x80"}),
    ("OrdertrackSlowToScreen", {_BUCKET % "0.1": "0x80", _BUCKET % "2": "0x80"}),
    ("OrdertrackRestarting", {"ordertrack_start_timestamp_seconds": "0x40 600x1 630x1 660x1 690x40"}),
    ("OrdertrackRestarting", {"ordertrack_worker_starts_total": "2+1x80"}),
    ("OrdertrackRestarting", {_STARTS: "1+1x80"}),
    ("OrdertrackSignInsFail", {'ordertrack_failed_sign_ins_total{shown="pin",why="wrong"}': "0+20x80"}),
]
EVALUATED_AT = "12m"


def promtool_tests(rules: str) -> dict[str, Any]:
    """What `promtool test rules` reads: by each fault its own alert fires and no other, none without one."""
    asked = 'count by (alertname) (ALERTS{alertstate="firing"})'

    def test(name: str, fault: dict[str, str], fires: list[str]) -> dict[str, Any]:
        return {
            "name": name,
            "interval": "15s",
            "input_series": [{"series": each, "values": said} for each, said in (WELL | fault).items()],
            "promql_expr_test": [
                {
                    "expr": asked,
                    "eval_time": EVALUATED_AT,
                    "exp_samples": [{"labels": f'{{alertname="{each}"}}', "value": 1} for each in fires],
                }
            ],
        }

    tests = [test("all is well", {}, [])]
    tests += [test(f"{alert} {number}", fault, [alert]) for number, (alert, fault) in enumerate(FAULTS)]
    return {"rule_files": [rules], "evaluation_interval": "15s", "tests": tests}
