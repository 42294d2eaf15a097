"""How fast the gateway is beside a bare forwarder, measured in one run. See docs/performance.md."""
