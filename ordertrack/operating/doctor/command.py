"""`ordertrack doctor`."""

from __future__ import annotations

import json
import sys

import click
import structlog

from ordertrack.operating.doctor.finding import Finding, exit_code


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(as_json: bool) -> None:
    """Look what is not as it should be, and say what to do about it; nothing is changed.

    Give it the environment of the server. The exit code is 0 if all is well, 1 if there is something to look
    at, 2 if something is broken.
    """
    from ordertrack.operating.doctor import looking

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    findings: list[Finding] = []
    for finding in looking.look():
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.level:<14}{finding.what}: {finding.said}")
            if finding.do:
                click.echo(f"{'':<14}-> {finding.do}")
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False))
    raise click.exceptions.Exit(exit_code(findings))
