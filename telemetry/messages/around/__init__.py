"""What stands around a plan: care records of messages, episode, harm, consents, questionnaires."""
