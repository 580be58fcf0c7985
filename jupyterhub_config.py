"""The hub of an Airlift room; composes the parts and sets JupyterHub's own traits.

`airlift up` starts it; AIRLIFT_ROOT names the folder of the installation.
"""

import os
from pathlib import Path

from hub import caretaker, staff, subdomains
from hub.authenticator import RoomAuthenticator
from hub.desk import Desk
from hub.engine import Engine
from hub.join import PAGES, landing
from hub.seating.orphans import remove_orphans
from hub.secrets import read_secret
from hub.settings import settings
from hub.spawner import spawner_class

airlift = settings(Path(os.environ.get("AIRLIFT_ROOT", ".")))
engine = Engine.load(airlift)
names = ("room", "caretaker", "proxy", "cookie")
secret = {name: read_secret(airlift.secrets_dir, name) for name in names}

# Hub: on the seats' gateway address; it can die and come back without its seats
c.JupyterHub.hub_bind_url = f"http://{engine.gateway}:{airlift.hub_port}"
c.JupyterHub.hub_connect_url = f"http://{engine.gateway}:{airlift.hub_port}"
c.JupyterHub.bind_url = f"http://{airlift.address}:{airlift.port}"
c.JupyterHub.db_url = f"sqlite:///{airlift.hub_dir / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret = bytes.fromhex(secret["cookie"])
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cleanup_proxy = False
c.JupyterHub.template_paths = [str(PAGES)]
c.JupyterHub.default_url = landing
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.allow_named_servers = False
c.JupyterHub.subdomain_host = subdomains.address(airlift)
c.JupyterHub.subdomain_hook = subdomains.domain_of

# Proxy: a sibling; a restarted one has its routes back within this interval (seconds)
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{airlift.proxy_api_port}"
c.ConfigurableHTTPProxy.auth_token = secret["proxy"]
c.JupyterHub.last_activity_interval = 1

# Doors
c.JupyterHub.authenticator_class = RoomAuthenticator
c.RoomAuthenticator.desk = Desk.of(airlift)
c.RoomAuthenticator.allow_all = True
c.Authenticator.delete_invalid_users = False

# Seats; containers that the hub does not know go before it starts
remove_orphans(airlift, engine)
c.JupyterHub.spawner_class = spawner_class(engine)
c.SeatSpawner.settings = c.LocalSeatSpawner.settings = airlift
c.SeatSpawner.engine = c.LocalSeatSpawner.engine = engine
c.Spawner.poll_interval = 5
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 60
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    "access:services!service=room",
]

# Services: siblings with fixed tokens; they outlive the hub
c.JupyterHub.services = [
    {
        "name": "room",
        "display": False,
        "url": f"http://{engine.gateway}:{airlift.room_port}",
        "api_token": secret["room"],
        "oauth_client_id": "service-room",
        "oauth_redirect_uri": "/services/room/oauth_callback",
        "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": list(staff.SCOPES),
    },
    {"name": "caretaker", "display": False, "api_token": secret["caretaker"]},
]
c.JupyterHub.custom_scopes = staff.SCOPES
c.JupyterHub.load_groups = {
    group: {} for group in (*staff.GROUPS.values(), caretaker.GROUP)
}
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=room"]},
    *staff.hub_roles(subdomains=bool(airlift.subdomains)),
    caretaker.ROLE,
]
