"""Around a patient's plan: messages, episode, harm, hand-over, consents, questionnaires."""
