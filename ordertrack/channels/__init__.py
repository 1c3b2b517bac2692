"""Orders from shops and platforms, and what happens to them told back: a package a channel.

`interface` says what a channel is; `registry` finds them; `docs/CHANNELS.md` says how one is written.
"""
