"""The rules, one module each; :mod:`flake8_ssot_ids.rules.registry` finds them."""
