"""Staff: what each role's group may, as the Hub is told."""

from __future__ import annotations

from hub.staff import GROUPS, ROLES, SCOPES, VISIT, hub_roles, scope


def test_a_role_may_what_the_weaker_ones_may() -> None:
    """A presenter here can be an observer there, with one login."""
    scopes = {role["groups"][0]: role["scopes"] for role in hub_roles(subdomains=False)}
    assert scopes == {
        GROUPS["presenter"]: [scope(role) for role in ROLES],
        GROUPS["helper"]: [scope("helper"), scope("observer")],
        GROUPS["observer"]: [scope("observer")],
    }
    assert {one for role in scopes.values() for one in role} < set(SCOPES)


def test_only_with_subdomains_may_a_presenter_open_seats() -> None:
    """And nobody else; without them no role of ours reaches a server."""
    visitors = [
        role
        for role in hub_roles(subdomains=True)
        if "access:servers" in role["scopes"]
    ]
    assert [role["groups"] for role in visitors] == [[GROUPS["presenter"]]]
    assert VISIT in visitors[0]["scopes"]
    without = [one for role in hub_roles(subdomains=False) for one in role["scopes"]]
    assert all(one in SCOPES and one != VISIT for one in without)
