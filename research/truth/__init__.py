"""Does the product tell the truth when the premise is wrong: measured on simulated sessions."""
