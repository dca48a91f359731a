"""A patient on one page of paper: as HTML, and as PDF."""
