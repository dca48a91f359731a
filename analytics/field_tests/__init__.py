"""Field tests: the chair stand tests, by a sensor on the thigh."""
