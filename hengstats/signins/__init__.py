"""Counts sign-in logs."""
