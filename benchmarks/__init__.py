"""How long pairing and planning take, told as ratios of a fixed piece of work on the same machine."""
