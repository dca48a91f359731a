"""Integrated loudness after ITU-R BS.1770-4: K-weighting, blocks of 400 ms, two gates."""

import numpy as np
from scipy.signal import lfilter, resample_poly

# Annex 1, tables 1 and 2, for 48 kHz: a shelf for the head, then a high pass.
SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def loudness_lufs(wave, rate_hz=44_100):
    """Of a mono wave in -1..1."""
    assert rate_hz == 44_100
    weighted = resample_poly(np.asarray(wave, dtype=float), 160, 147)
    for b, a in (SHELF, HIGH_PASS):
        weighted = lfilter(b, a, weighted)
    block, hop = 19_200, 4_800
    count = (weighted.size - block) // hop + 1
    power = np.array([np.mean(weighted[n * hop : n * hop + block] ** 2) for n in range(count)])
    told = -0.691 + 10 * np.log10(np.maximum(power, 1e-12))
    heard = power[told > -70]
    relative = -0.691 + 10 * np.log10(heard.mean()) - 10
    return -0.691 + 10 * np.log10(power[(told > -70) & (told > relative)].mean())
