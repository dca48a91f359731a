"""What therapists look at: the web view, and Grafana's dashboards as code."""
