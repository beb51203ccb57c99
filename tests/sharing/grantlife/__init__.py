"""Tests of the life of grants and of the usage register."""
