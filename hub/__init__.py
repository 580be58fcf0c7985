"""Airlift's server side: doors, seats, the live room, and the tools around them."""
