"""Plan templates: proposals by condition, for a physiotherapist to change and to sign."""
