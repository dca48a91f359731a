"""Replay, export, challenges, cohorts, virtual patients."""
