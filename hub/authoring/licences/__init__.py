"""Licences: what of a lab and its image may be taught with or handed on."""
