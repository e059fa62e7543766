#include "packed_linear.cuh"

PACKED_LINEAR(linear_int8, DenseInt8, false)
PACKED_LINEAR(linear_int8_to_int8, DenseInt8, true)
