"""Classes, methods, fields and instances, read from source and never imported."""
