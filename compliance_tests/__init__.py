"""The twelve compliance contracts, one module each; see :mod:`flake8_ssot_ids.compliance`."""
