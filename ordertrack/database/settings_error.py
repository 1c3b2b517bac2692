"""What an operator can mend, such as a setting that is wrong."""


class Mendable(Exception):
    """It did not work as things are, and nothing was changed; the message says why and what to do."""


class SettingsError(Mendable, ValueError):
    """A setting in the environment cannot be used; the message says which and what to change."""
