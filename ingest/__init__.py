"""The record path: journal, uplink, receiver, ledger, InfluxDB, and what may leave or must go."""
