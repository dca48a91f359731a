"""Onda: ride a slow swell by moonlight; trains tempo and smoothness."""
