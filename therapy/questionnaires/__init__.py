"""Questionnaires as data: how many answers, which marks, under which licence, and their score."""
