"""Pulls in the database: asking, claiming, running, publishing, stopping, sweeping (DESIGN §6)."""
