"""What a build needs of this machine: its certificates, pip settings and proxies.

In a company, TLS is often intercepted and packages come from an index of its own. Both
are handed to the build as secrets, so that nothing of them stays in an image.
"""

from __future__ import annotations

import ast
import configparser
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from debian import COMPONENTS, find_source, release

BUNDLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a bundle of certificates, the most special first."""
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
EXTRA_CERTIFICATES = Path("/usr/local/share/ca-certificates")
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")
PLAIN = ("index-url", "proxy", "retries", "timeout", "trusted-host")
"""pip settings handed on as they are, if they name nothing local."""
LISTS = ("extra-index-url", "find-links")
"""pip settings that hold several addresses; those of local folders are dropped."""

SECRETS = ("certificates", "pip", "apt")
"""What a build may get to know of this machine."""

_APT_PROXY = re.compile(r'^(Acquire::https?::Proxy\S*) "([^"]+)";$', re.MULTILINE)


def pip_settings() -> dict[str, str]:
    """Return this machine's pip settings by key, `:env:.index-url` and the like."""
    shown = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    settings = {}
    for line in shown.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            settings[key] = str(ast.literal_eval(value))
    return settings


def pip_configuration(settings: Mapping[str, str], certificates: str) -> str:
    """Return a pip.conf that says the same inside a build.

    Args:
        settings: as `pip_settings` returns them.
        certificates: path of the certificates there; "" when there are none.
    """
    parser = configparser.RawConfigParser()
    parser["global"] = {"cert": certificates} if certificates else {}
    for section in ("global", "install", ":env:"):
        for key, value in settings.items():
            where, _, name = key.rpartition(".")
            kept = _kept(name.removeprefix("default-"), value)
            if where == section and kept:
                parser["global"][name.removeprefix("default-")] = kept
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _kept(name: str, value: str) -> str:
    """Return what is left of a pip setting when local places are dropped."""
    if name in LISTS:
        return " ".join(part for part in value.split() if _remote(part))
    if name == "index-url" and not _remote(value):
        return ""
    return value if name in PLAIN else ""


def _remote(address: str) -> bool:
    """Tell an address on a network from a folder or file of this machine."""
    return address.startswith(("http://", "https://"))


def certificates(
    environ: Mapping[str, str], settings: Mapping[str, str], extra: Iterable[Path]
) -> str:
    """Return the certificates to trust as PEM; "" when the usual ones will do.

    Args:
        environ: the environment, for the variables of `BUNDLES`.
        settings: pip's, for its `cert`.
        extra: certificates that this machine trusts beyond the usual.
    """
    named = [settings.get("install.cert"), settings.get("global.cert")]
    named = [environ.get(name) for name in BUNDLES[:1]] + named
    named += [environ.get(name) for name in BUNDLES[1:]]
    bundles = [Path(name) for name in named if name and Path(name).is_file()]
    added = [path for path in extra if path.is_file()]
    if not bundles and not added:
        return ""
    bundle = bundles[0] if bundles else SYSTEM_BUNDLE
    parts = [bundle, *added] if bundle.is_file() else added
    return "\n".join(path.read_text(errors="replace").rstrip() for path in parts) + "\n"


def apt_configuration(certificates: str) -> str:
    """Return what apt-packages needs of this machine's apt, as JSON.

    Args:
        certificates: as PEM; "" when the usual ones will do.
    """
    family, suite = release()
    suites = (suite, f"{suite}-updates", f"{suite}-security") if suite else ()
    sources = [found for one in suites if (found := find_source(Path("/etc"), one))]
    components = COMPONENTS.get(family, "").replace(",", " ")
    dumped = subprocess.run(
        ["apt-config", "dump"] if shutil.which("apt-config") else ["true"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = {
        "suite": suite,
        "sources": "".join(
            f"deb {source.mirror} {source.suite} {components}\n" for source in sources
        ),
        "certificates": certificates,
        "settings": dict(_APT_PROXY.findall(dumped)),
    }
    return json.dumps(found)


def write_secrets(folder: Path, names: Sequence[str] = SECRETS) -> list[str]:
    """Write what a build may know to `folder`; return the options of the build.

    Args:
        folder: for the files.
        names: some of SECRETS.
    """
    settings = pip_settings()
    extra = sorted(EXTRA_CERTIFICATES.rglob("*.crt"))
    pem = certificates(os.environ, settings, extra)
    inside = "/run/secrets/certificates.pem" if pem else ""
    options = []
    for name, text in (
        ("certificates", pem),
        ("pip", pip_configuration(settings, inside)),
        ("apt", apt_configuration(pem)),
    ):
        if name not in names:
            continue
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        options += ["--secret", f"id={name},src={path}"]
    return options


def proxy_options(environ: Mapping[str, str]) -> list[str]:
    """Return the build's options that hand the proxies on; their values stay out."""
    names = [name for each in PROXIES for name in (each, each.upper())]
    return [
        part for name in names if environ.get(name) for part in ("--build-arg", name)
    ]
