"""Several clinics that share one broker: which of them holds whom."""
