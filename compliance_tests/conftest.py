"""Load the plugin when the suite is named by its path: `pytest compliance_tests --ssot-root PATH`."""

pytest_plugins = ("flake8_ssot_ids.pytest_plugin",)
