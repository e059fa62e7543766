#include "packed_linear.cuh"

PACKED_LINEAR(linear_int8_sparse24, SparseInt8, false)
PACKED_LINEAR(linear_int8_sparse24_to_int8, SparseInt8, true)
