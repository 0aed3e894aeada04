"""Planning of visits: a general instance, rules V1-V12, costs, search and judge (`domain.md`, section 6)."""
