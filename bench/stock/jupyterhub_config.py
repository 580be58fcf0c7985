"""A plain JupyterHub with a plain DockerSpawner: defaults, but for where things are."""

import os

c = get_config()
c.JupyterHub.bind_url = os.environ["STOCK_DOOR"]
c.JupyterHub.hub_bind_url = os.environ["STOCK_HUB"]
c.JupyterHub.db_url = "sqlite:///stock.sqlite"
c.ConfigurableHTTPProxy.api_url = os.environ["STOCK_PROXY"]
c.ConfigurableHTTPProxy.command = os.environ["STOCK_COMMAND"].split("\n")
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
c.DockerSpawner.image = os.environ["STOCK_IMAGE"]
c.DockerSpawner.network_name = os.environ["STOCK_NETWORK"]
c.DockerSpawner.prefix = os.environ["STOCK_NETWORK"]
c.DockerSpawner.remove = True
c.DockerSpawner.use_internal_ip = True
c.JupyterHub.services = [{"name": "bench", "api_token": os.environ["STOCK_TOKEN"]}]
c.JupyterHub.load_roles = [
    {
        "name": "bench",
        "services": ["bench"],
        "scopes": ["admin:users", "admin:servers", "access:servers", "read:users"],
    }
]
