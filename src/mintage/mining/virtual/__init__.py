"""A virtual pool: Stratum V1 for the shares of a sample of machines, an HTTP API with statements, and payouts.

What is real: the sockets, the protocol's lines, the checks of each share's job, nonces, time and order, the arithmetic
of FPPS, and the payouts, which a real transaction on the virtual chain carries. What is not: nobody hashes at such a
difficulty, so that the proof of work of a share is taken on trust, and no block is found.
"""
