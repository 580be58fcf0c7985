"""Staff: their roles, the Hub's groups and the scopes that go with them.

Rights of staff need both: a static role of the Hub, given by one of these groups, and
the room's own staff list.
"""

from __future__ import annotations

from typing import Any

ROLES = ("presenter", "helper", "observer")
"""Roles of staff, the stronger one first; each may what the weaker ones may."""
GROUPS = {role: f"room-{role}s" for role in ROLES}
"""Hub group of each role."""
VISIT = "custom:room:visit"
"""Scope of whoever may open an attendee's seat; only with subdomains."""
SCOPES = {
    "custom:room:presenter": {"description": "Present in the rooms that list you."},
    "custom:room:helper": {"description": "Help in the rooms that list you."},
    "custom:room:observer": {"description": "Watch the rooms that list you."},
    VISIT: {"description": "Open the seats of the rooms that list you."},
}
"""Our own scopes, as JupyterHub wants them."""


def scope(role: str) -> str:
    """Return the scope of a role."""
    return f"custom:room:{role}"


def hub_roles(*, subdomains: bool) -> list[dict[str, Any]]:
    """Return the Hub's roles of staff.

    A seat is opened in an origin of its own or not at all: the role that lets a
    presenter into seats is there only with subdomains.
    """
    roles = [
        {
            "name": f"room-{role}",
            "scopes": [scope(one) for one in ROLES[ROLES.index(role) :]],
            "groups": [GROUPS[role]],
        }
        for role in ROLES
    ]
    if subdomains:
        visitor = {
            "name": "room-visitor",
            "scopes": [VISIT, "access:servers"],
            "groups": [GROUPS["presenter"]],
        }
        roles.append(visitor)
    return roles
