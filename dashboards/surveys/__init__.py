"""Surveys by a code: the page that anybody with one may answer on, and the sheet with codes."""
