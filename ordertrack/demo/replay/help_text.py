"""What `ordertrack replay --help` tells of logs."""

from __future__ import annotations

from ordertrack.importing.roles import ROLES

HELP = f"""Play the orders of a log through the normal path.

FILE is read as `ordertrack import` reads one (see its --help). Its first line names the columns, and
--columns says what those of other names mean.

\b
{chr(10).join(f"  {name:<11} {meaning}" for name, meaning in ROLES.items())}

Times are ISO 8601 (without an offset: in the zone of their restaurant, or of --timezone) or numbers from any
moment on (see --unit). Empty means that it is not known: what must have been is drawn from published stage
times, between the times that are known, and the summary counts it. An order whose end is not in the log is
brought to its end so, too, unless --leave-open; one whose status says cancelled was cancelled.

Rows that are malformed, run backwards along the stages, or repeat an order are named by line, counted and
skipped. An order is placed once: played again, the log goes on where it stopped, and doubles nothing. The
events carry the log's name and time in their metadata, for the log of this server says when it wrote them.

With --as-logged nothing is played and nothing is drawn: orders and events are written as of then, with the
times of the log, for reports to tell of. A step whose time the log lacks stands at the next time that it
knows, marked as unknown: stories say so, and no figure rests on it. Nobody is known to have tapped what was
logged, so none of it counts as many taps at once. The log may be older than what the tenant has, or lie
among it.
"""
