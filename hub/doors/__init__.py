"""Doors: what happens before and while people come in."""
