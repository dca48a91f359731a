"""Cohorts: the sessions of many places analysed by one core, over processes or machines."""
