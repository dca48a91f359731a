"""What stands behind the page's plan editor at a clinic."""
