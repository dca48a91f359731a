"""`ripresa challenge`: entries written, scored, told and compared."""
