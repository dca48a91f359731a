"""The therapy session as a patient sees it: one thing a screen, from check-in to check-out."""
