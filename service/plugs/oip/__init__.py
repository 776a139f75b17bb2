"""The Open Inference Protocol, version 2 over HTTP, with the binary tensors of Triton's extension."""
