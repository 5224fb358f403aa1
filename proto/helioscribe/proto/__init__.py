"""Messages and services, generated from the .proto files."""
