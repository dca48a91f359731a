"""What a clinic does around a plan: messages, unlocking, episode, harm, consents."""
