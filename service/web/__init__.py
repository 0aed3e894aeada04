"""Handlers by noun: they parse, call one use case and answer; they decide nothing."""
