// choose_masks: which of the decoder's outputs each finished mask is made of; the best of three is known to the device only.
// Source   segment-anything predictor.py, and what users of it do with scores: argmax, the first of equals
// In       iou [pairs][4] fp32; wanted [masks] int: 4 * pair + output, or -1 - pair for the best-rated of outputs 1 to 3
// Out      planes [masks] int: 4 * pair + output
// Launch   grid (ceil(masks / 128)), block 128    Java  org.samfast.cuda.kernel.ChooseMasks
#include <cstdint>

extern "C" __global__ void __launch_bounds__(128) choose_masks(const float* iou, const int* wanted, int* planes, int masks) {
    int mask = blockIdx.x * blockDim.x + threadIdx.x;
    if (mask >= masks) return;
    int plane = wanted[mask];
    if (plane < 0) {
        int first = 4 * (-1 - plane);
        plane = first + 1;
        for (int other = first + 2; other < first + 4; other++) {
            if (iou[other] > iou[plane]) plane = other;
        }
    }
    planes[mask] = plane;
}
