"""Surveys that a home asks after some of its sessions."""
