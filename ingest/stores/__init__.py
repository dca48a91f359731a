"""Where something of a patient may lie, and what becomes of it there."""
