"""Virtual bitcoin: a regtest chain that Bitcoin Core's own code validates, watched as any chain is."""
