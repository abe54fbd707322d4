"""The treasury: wallets and holdings by state, pledges and loans, bitcoin lent, options, currencies, fair value."""
