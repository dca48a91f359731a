"""Works out the curves of recorded sessions, once each, and keeps them."""
