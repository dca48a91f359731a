"""Ripresa: wearables, journals, a signal core, games and dashboards for rehabilitation at home.

Research software, not a medical device.
"""

__version__ = "0.1.0"
