"""What ``ssot-ids init`` looks for in a repository, and the configuration that it writes of it."""
