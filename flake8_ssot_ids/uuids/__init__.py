"""What is known of UUIDs: their sources, the layout of each version, which bytes may hold a use."""
