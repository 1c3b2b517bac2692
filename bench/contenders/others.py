"""Who is measured beside ordertrack: servers that do its work in another way."""

from __future__ import annotations

import sys
from pathlib import Path

from contenders.contender import Contender
from contenders.textbook import WELCOME
from house import House, request
from processes import free_port
from programs import BUILD
from stage import Stage

NCHAN = next(
    (str(path) for path in map(Path, (
        "/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/share/nginx/modules/ngx_nchan_module.so",
    )) if path.exists() and Path("/usr/sbin/nginx").exists()),
    None,
)  # fmt: skip
_NCHAN = """
load_module {module};
daemon off; worker_processes 1; worker_rlimit_nofile 20000;
pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 19000; }}
http {{
    access_log off; keepalive_requests 1000000; client_body_buffer_size 64k;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location /sub {{ nchan_subscriber eventsource; nchan_channel_id bench;
            nchan_eventsource_ping_interval 0; nchan_subscriber_first_message newest; }}
        location /pub {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 500;
            nchan_message_timeout 60s; }}
    }}
}}
"""


class Limit(Contender):
    """A loop of send in C; each watcher is welcomed with the same bytes."""

    name = "the C limit"

    def __init__(self, stage: Stage, welcome: bytes = WELCOME.partition(b"\n\n")[2]) -> None:
        port = free_port()
        file = stage.folder / f"welcome-{port}"
        file.write_bytes(welcome)
        super().__init__(stage, [str(BUILD / "limit"), str(port), str(file)], port)


class Textbook(Contender):
    name = "the textbook way"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, gunicorn("contenders.textbook:app", port := free_port()), port)


class Nchan(Contender):
    """Its frames carry ids of its own; it sends nothing until something happens."""

    name = "nchan"
    options = ("-f", "-a")

    def __init__(self, stage: Stage) -> None:
        port = free_port()
        folder = stage.folder / f"nginx-{port}"
        folder.mkdir()
        (folder / "nginx.conf").write_text(_NCHAN.format(module=NCHAN, folder=folder, port=port))
        arguments = ["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        super().__init__(stage, arguments, port)

    def publication(self, position: int, frame: bytes) -> bytes:
        data = [line[6:] for line in frame.split(b"\n") if line.startswith(b"data: ")]
        return request("/pub", "", "text/plain", b"\n".join(data))


class Obvious(Contender):
    name = "the obvious ORM handler"

    def __init__(self, stage: Stage, house: House) -> None:
        environment = {
            "OBVIOUS_DATABASE_URL": house.settings.operator_url.render_as_string(hide_password=False),
            "OBVIOUS_TENANT": str(house.tenant_id),
        }
        super().__init__(stage, gunicorn("contenders.obvious:app", port := free_port()), port, **environment)


def gunicorn(app: str, port: int) -> list[str]:
    """One gevent worker, with the settings of ordertrack's own where they matter."""
    return [
        *(sys.executable, "-m", "gunicorn", app, "--worker-class", "gevent", "--workers", "1"),
        *("--bind", f"127.0.0.1:{port}", "--worker-connections", "20000", "--keep-alive", "5"),
        *("--graceful-timeout", "1", "--log-level", "warning", "--no-control-socket"),
    ]
