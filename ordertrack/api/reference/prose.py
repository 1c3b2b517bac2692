"""What the page says around the calls. It is in English, as the document and its answers are."""

from __future__ import annotations

WORDS = {
    "title": "API",
    "contents": "Contents",
    "begin": "Begin",
    "calls": "Calls",
    "streams": "Following what happens",
    "refusals": "When a call is refused",
    "models": "What comes and goes",
    "scope": "Scope",
    "no_scope": "open to everybody, without a key",
    "parameters": "Parameters",
    "body": "Body",
    "answers": "Answers",
    "refused": "Refused, besides what any call may be refused for",
    "example": "Example",
    "in_python": "The same in Python",
    "name": "Name",
    "kind": "Kind",
    "about": "About",
    "required": "required",
    "status": "Status",
    "means": "It means",
    "document": "The same as an OpenAPI document, for generators of clients:",
}

GROUPS = {"openapi": "The document"}
"""Of calls that begin alike, where the word alone would not say it."""

BEGIN = """\
Programs send orders in, move them and follow them here: a till, a website, a delivery platform. Bodies
and answers are JSON in UTF-8, times are UTC, and amounts are in the currency's minor units (1250 USD are
12.50).

Every call needs a key, in the header `Authorization: Bearer`. A manager makes one in the back office, the
operator with `ordertrack key create`; it is shown once. Give each program a key of its own, with the
scopes that it needs and no more.

The examples below run as they stand once you have set three variables. `hamra` stands for the name that
your restaurant has in addresses; ask [/api/v1/restaurants](#restaurants) for it.

```bash
export SITE=SITE_IS
export KEY=the-key-that-was-shown-once
export ORDER=the-id-of-an-order
```

**Sent again, done once.** A network may lose an answer. Send `Idempotency-Key` with an order, and the
same key with the same body places no second one: the answer is 200 with the order of before. Moves,
actions and changes take the `revision` that you saw: where it has moved on, 409 tells the order as it is
now, and nothing is done twice.

**Lists** come a page at a time. `next` in an answer is what to ask for next, as `page` or as `after`;
null is the end.

**How often.** Headers `RateLimit-Policy` and `RateLimit` say how many calls a key may make and how many
are left. Past that the answer is 429, and `Retry-After` says in how many seconds to come again.

**Nothing is passed over.** A parameter or a field that is not known is refused, so that a misspelt one
does not go unnoticed.
"""

STREAMS = """\
Everything that happens to an order is an event with a *cursor*, its place among all events of your
company, without gaps. There are two ways to read them: [the list](#events), for looking now and then, and
[the stream](#stream), which tells within a second.

The stream is made of Server-Sent Events, lines of text over one answer that does not end. A frame looks
like this:

```text
event: status_update
data: {"order_id": "0c1d…", "status": "ready", "from": "preparing", "number": 128, "restaurant": "hamra", …}
id: 1764532800-4711
```

- **Begin.** Open the stream first, then read [the orders](#orders): what happens meanwhile comes over the
  stream, and nothing falls between the two.
- **Resume.** Keep the `id` of the last frame that had one, heartbeats too; it is the cursor. Come back
  with it in `Last-Event-ID` and you are told all that you missed, in order, each event once. A browser's
  EventSource does so by itself.
- **Heartbeats.** `hb` comes at least every 15 seconds. If a minute passes without a line, the connection
  is dead: close it and come back.
- **The end.** A stream ends after some minutes and when a server restarts: come back a few seconds later.
  `bye` says that the key has ended.
- **Reset.** `reset` with a new cursor says that your position cannot be used, as after a backup was
  restored. Read the orders anew, and go on from the cursor that it brings.

A program that does all of this:

```python
import json
import os
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

site, key = os.environ["SITE"], os.environ["KEY"]
cursor = ""  # keep it in a file, and the program goes on from there when it starts again


def frames(answer):
    frame = {}
    for line in answer:
        name, _, value = line.decode().rstrip("\\n").partition(": ")
        if name:
            frame[name] = value
        elif frame:
            yield frame
            frame = {}


while True:
    headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": cursor}
    try:
        with urlopen(Request(f"{site}/api/v1/stream", headers=headers), timeout=60) as answer:
            for frame in frames(answer):
                if frame.get("event") == "status_update":
                    event = json.loads(frame["data"])
                    print(event["number"], event["status"], flush=True)
                elif frame.get("event") == "reset":
                    cursor = json.loads(frame["data"])["cursor"]
                    print("read the orders anew", flush=True)
                cursor = frame.get("id", cursor)
    except HTTPError as refused:
        if refused.code in (401, 403):
            raise
    except OSError:
        pass  # the network, a restart
    time.sleep(3)
```
"""

REFUSALS = """\
A refusal is a problem document (RFC 9457) with a status from 400 on. `detail` is a sentence that says
what to change, `errors` names the fields, and `type` is the address of a page that says what problems of
this kind mean. Any call may be answered with one of these:
"""
