"""The WSGI entry point; run as a script it is `ordertrack serve`."""

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.monitoring import logs
from ordertrack.web import templating

if __name__ == "__main__":
    from ordertrack.commands import cli

    cli(["serve"])

settings = Settings.from_environment()
logs.configure(quiet=settings.demo)
app = create_app(settings)
templating.compile_ahead(app)
