"""Pairing: people who wait, peer helpers who could accompany them (`domain.md`, section 5)."""
