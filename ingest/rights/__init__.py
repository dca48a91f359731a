"""What a patient may ask for: consent, export, erasure; and the audit of it."""
