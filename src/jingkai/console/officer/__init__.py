"""The officer's desk: what waits, whom one serves, what the registers and the rules say of them."""
