"""The clinic's figures: days, adherence, change, alerts. Nothing of the signal core."""
