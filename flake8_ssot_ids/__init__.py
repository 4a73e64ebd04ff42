"""Find, explain and remove identifiers that bypass the one approved generator."""

__version__ = "0.1.0"
