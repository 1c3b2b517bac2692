"""The WSGI entry point; run as a script it is `ordertrack serve`."""

from ordertrack import create_app, logs

if __name__ == "__main__":
    from ordertrack.commands import cli

    cli(["serve"])

logs.configure()
app = create_app()
