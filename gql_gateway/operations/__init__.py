"""Trusted documents: operations that clients name by an id instead of sending them."""
