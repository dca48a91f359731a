"""The plan editor: from a template to a signed plan, and on its way to the patient's home."""
