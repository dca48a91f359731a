"""Volo: glide through rings over the hills at daybreak; trains range and control."""
