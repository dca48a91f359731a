"""Exercise library, plan, session flow and safety limits: pure, without clock and without I/O."""
