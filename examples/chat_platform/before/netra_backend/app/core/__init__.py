"""Sockets and what they carry."""
