"""A plant to try the service with: cameras that post pictures at a steady rate, with leaks and faults on request."""
