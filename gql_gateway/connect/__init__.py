"""Connections that people make themselves: a link, consent or a key, a company, a stored connection."""
