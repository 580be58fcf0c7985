"""The caretaker: stops seats that idle in practice, and takes away erased ones.

It acts in the Hub by a token whose scopes end at the members of one group, and the
group holds exactly the seats that the room names: those of closed and of practice
rooms, and those erased. A seat of an open room is never among them.
"""

GROUP = "practice"
"""Hub group of the seats that the caretaker may touch."""

ROLE = {
    "name": "caretaker",
    "services": ["caretaker"],
    "scopes": [
        f"groups!group={GROUP}",
        f"list:users!group={GROUP}",
        f"read:users:activity!group={GROUP}",
        f"read:servers!group={GROUP}",
        f"delete:servers!group={GROUP}",
        f"delete:users!group={GROUP}",
    ],
}
"""The caretaker's role, for the Hub's load_roles."""
