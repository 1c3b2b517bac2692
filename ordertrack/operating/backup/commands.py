"""`ordertrack backup`, `ordertrack restore`, and the process that makes backups by the clock."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

import click

from ordertrack.database.config import BACKUP, Settings
from ordertrack.database.operating import as_json_option
from ordertrack.operating.backup.manifest import Manifest

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("to", required=False, metavar="[FOLDER]")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Into this file.")
@as_json_option
def backup(to: str | None, output: Path | None, as_json: bool) -> None:
    """Make one file of everything, while the house serves.

    It goes into FOLDER, under a name that says when it was made, or onto standard output where that is `-`;
    without one into the folder of ORDERTRACK_BACKUP. It holds the database, with what was uploaded, and the
    secrets of the data folder: whoever has it has the house. Every row is counted; a file that lacks some is
    removed.
    """
    from ordertrack.operating.backup import making

    settings = Settings.from_environment()
    if to is not None and output is not None:
        raise click.UsageError("Name a folder, or a file with -o, and not both.")
    if to == "-":
        if sys.stdout.isatty():
            raise click.UsageError("A backup is no text: lead it into a file.")
        manifest = making.write(settings, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        click.echo(_said(manifest), err=True)
        return
    if output is not None:
        made = making.to_file(settings, output)
    elif to is not None or settings.backup is not None:
        folder = Path(to) if to is not None else settings.backup and settings.backup.folder
        assert folder is not None
        made = making.to_folder(settings, folder)
    else:
        raise click.UsageError(f"Name a folder, or - for standard output, or say one in {BACKUP}.")
    if as_json:
        click.echo(json.dumps(_as_json(made.manifest) | {"file": str(made.path), "bytes": made.bytes}))
    else:
        click.echo(f"{made.path}  ({made.bytes / 1e6:,.1f} MB)\n{_said(made.manifest)}")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Do not ask before a house that is there is replaced.")
@click.option("--check", "only_check", is_flag=True, help="Only see whether the file is whole.")
@as_json_option
def restore(file: Path, yes: bool, only_check: bool, as_json: bool) -> None:
    """Put the house of a backup into an empty place, or in the place of the one that is there.

    Stop the server first. Nothing of the house that is there changes before all of the backup is loaded and
    found to be whole. Screens and programs are told to begin anew. In the end `db check` is run; the exit
    code is 1 if it finds something.
    """
    from ordertrack.operating.backup import restoring

    _refuse_out_of_reach(file)
    if only_check:
        manifest = restoring.check(file)
        click.echo(json.dumps(_as_json(manifest)) if as_json else f"{file} is whole. {_said(manifest)}")
        return

    def is_agreed(manifest: Manifest, there: list[str]) -> bool:
        if yes:
            return True
        companies = ", ".join(there[:5]) + (", ..." if len(there) > 5 else "")
        asked = (
            f"There is a house here already ({companies}). It is removed, and that of the backup takes its"
            f" place. {restoring.how_far_back(manifest)} Go on?"
        )
        return click.confirm(asked, err=True)

    restored = restoring.restore(Settings.from_environment(), file, is_agreed)
    if as_json:
        said = {"streams": restored.streams, "broken": restored.broken, "kept": restored.kept_before}
        click.echo(json.dumps(_as_json(restored.manifest) | said))
    else:
        _say(restored.manifest, restored.streams, restored.has_other_secret)
        for claim in restored.broken:
            click.echo(f"FAIL  {claim}")
        if not restored.broken:
            click.echo("`ordertrack db check` finds everything consistent.")
    if restored.broken:
        click.echo(
            f"What was there before is kept in the database {restored.kept_before}; drop it once nobody needs"
            " it.",
            err=True,
        )
        raise click.exceptions.Exit(1)


def _refuse_out_of_reach(file: Path) -> None:
    try:
        file.open("rb").close()
    except FileNotFoundError as error:
        raise click.UsageError(f"There is no file {file}.") from error
    except OSError as error:
        raise click.UsageError(
            f"{file} cannot be read by the user {getpass.getuser()}: {error.strerror}. Put it where that user"
            " may read it."
        ) from error


@click.command(hidden=True)
def backups() -> None:
    """Make backups by the clock beside a server, until whoever started this is gone."""
    from ordertrack.operating.backup import by_the_clock

    by_the_clock.run()


def _say(manifest: Manifest, streams: int, has_other_secret: bool) -> None:
    from ordertrack.operating.backup import restoring

    click.echo(f"Restored: {_said(manifest)}")
    click.echo(restoring.how_far_back(manifest))
    click.echo(f"{streams} event stream(s) began a new epoch: screens and programs are told to begin anew.")
    if manifest.left_out:
        click.echo(
            f"Not in the backup, for it stood in the environment: {', '.join(manifest.left_out)}. Give the"
            " server the same as before."
        )
    if has_other_secret:
        click.echo("SECRET_KEY is another than that of the backup: everybody has to sign in again.")


def _said(manifest: Manifest) -> str:
    """What is in a file, as a sentence."""
    secrets = "It holds secrets: keep it as you keep a key." if len(manifest.parts) > 1 else ""
    companies = f"{len(manifest.heads):,} compan{'y' if len(manifest.heads) == 1 else 'ies'}"
    newest = f", the newest of {manifest.newest:%Y-%m-%d %H:%M:%S} UTC" if manifest.newest else ""
    return (
        f"Made at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC:"
        f" {companies}, {sum(manifest.rows.values()):,} rows,"
        f" {manifest.entries:,} entries of the log{newest}."
        f" Schema {manifest.schema}, PostgreSQL {manifest.postgresql}. {secrets}"
    ).rstrip()


def _as_json(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at.isoformat(),
        "newest": manifest.newest and manifest.newest.isoformat(),
        "ordertrack": manifest.ordertrack,
        "schema": manifest.schema,
        "companies": len(manifest.heads),
        "entries": manifest.entries,
        "rows": sum(manifest.rows.values()),
        "left_out": manifest.left_out,
    }
