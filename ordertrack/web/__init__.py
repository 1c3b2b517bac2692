"""What every page and call shares: refusals, static files, the language menu."""
