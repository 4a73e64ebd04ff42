"""The service that knows who somebody is."""
