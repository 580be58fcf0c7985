"""Courses written for nbgrader: taken in as labs, and given back."""
