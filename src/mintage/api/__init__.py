"""API: the desk's answers and acts over HTTP, described by OpenAPI."""
