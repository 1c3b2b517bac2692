"""Messages to guests: what they are told of their order while they do not look at its page."""
