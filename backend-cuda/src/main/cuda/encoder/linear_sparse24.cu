// Architectures: sm_90a
#include "packed_linear.cuh"

PACKED_LINEAR(linear_sparse24_sm90_turns_128x192, SparseBf16, 2, 128, 192, true, 4)
PACKED_LINEAR(linear_sparse24_sm90_turns_128x160, SparseBf16, 2, 128, 160, true, 5)
PACKED_LINEAR(linear_sparse24_sm90_together_128x256, SparseBf16, 2, 64, 256, false, 2)
PACKED_LINEAR(linear_sparse24_sm90_together_256x192, SparseBf16, 2, 128, 192, false, 2)
