"""The twelve compliance contracts: what each asserts, and how it is judged on a target.

:mod:`~flake8_ssot_ids.compliance.contracts` says what they are, ``scan`` reads the code once, ``checks``
judges, and ``inside`` runs in the target's own process. Everything is stricter than lint: ``noqa``,
per-file ignores and deselected codes mean nothing here; only dated, reasoned exemptions do.
"""
