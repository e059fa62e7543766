// What DeviceTest launches: one kernel that works, and one that writes where nothing is allocated.
// In/out   values int32 [count]
// Launch   grid (ceil(count / 128)), block 128, shared 0   Java  org.samfast.cuda.device.DeviceTest

extern "C" __global__ void add_to_each(int* values, int count, int addend) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) {
        values[i] += addend;
    }
}

extern "C" __global__ void write_far_outside(int* values, long long offset, float value) {
    values[offset] = static_cast<int>(value);
}
