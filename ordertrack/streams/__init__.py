"""Server-Sent Events of this application: the log they read, the answers they give."""
