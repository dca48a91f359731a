"""Commands over the record path: journals, database, enrolment, rights."""
