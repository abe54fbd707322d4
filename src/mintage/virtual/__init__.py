"""Virtual: whole sites of virtual devices, each speaking its real protocol, started together."""
