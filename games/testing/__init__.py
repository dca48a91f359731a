"""How a game is tried: the contract, simulated weeks, latency, and a gallery of its pictures."""
