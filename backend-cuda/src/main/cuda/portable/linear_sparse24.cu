#include "packed_linear.cuh"

PACKED_LINEAR(linear_sparse24, SparseBf16, false)
