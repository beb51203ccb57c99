"""Notices to officials."""
