"""Grafana's dashboards as code: built, provisioned by file, or pushed."""
