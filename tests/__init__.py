"""Tests of Airlift; they mirror the packages."""
