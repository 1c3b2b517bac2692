"""What is wrong with a setting."""


class SettingsError(ValueError):
    """A setting in the environment cannot be used; the message says which and what to change."""
