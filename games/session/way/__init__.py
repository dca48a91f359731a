"""The map, its choices and one's own progress: pages beside a session, all of them skippable."""
