"""What is kept of a secret text that nobody chose: enough to know it again, and not to have it."""

from hashlib import sha256


def hash_key(secret: str) -> str:
    """The digest under which a key, a code or a link is kept; a fast one is enough for 256 random bits."""
    return sha256(secret.encode()).hexdigest()
