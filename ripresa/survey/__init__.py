"""The anonymous questionnaire's credentials: one a home and survey, and nobody knows whose."""
