"""The signal core: from samples to orientation, repetitions, range, quality and adherence."""
