"""The Open Inference Protocol, version 2 over gRPC: its six calls, in the service's own event loop."""
