"""What scenes are drawn of: skies, trees, houses, and what falls from the air."""
