"""The field-tests challenge: chair stand tests with known truth."""
