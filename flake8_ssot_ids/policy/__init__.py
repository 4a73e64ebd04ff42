"""What a project has configured: the policy, how it is read, its options and path patterns."""
