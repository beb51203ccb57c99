"""Append-only ledger, sealed into a hash chain and signed checkpoints."""
