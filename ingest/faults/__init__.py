"""The record path's faults rehearsed, and its rates measured."""
