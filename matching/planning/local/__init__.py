"""The local search over allowed slots: a full plan at once, and better ones as long as it may look."""
