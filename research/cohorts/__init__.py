"""What many sessions of many patients come to: adherence, range, drop-out, change."""
