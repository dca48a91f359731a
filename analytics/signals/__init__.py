"""From samples as they were received to oriented ones on their own grid."""
