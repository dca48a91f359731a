"""`ripresa region`: clinics behind a cluster of brokers."""
