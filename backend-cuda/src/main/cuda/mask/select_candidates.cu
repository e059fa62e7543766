// select_candidates: of the three multimask outputs of each pair those that the model rates above a threshold, in their order.
// Source   segment-anything automatic_mask_generator.py _process_batch @dca509f, "keep_mask = data["iou_preds"] > ..."
// In       iou [pairs][4] fp32; any above the threshold is kept, and every one where that is 0 or less
// Out      planes [3 pairs] int: 4 * pair + output, the first count[0] of them written; count [1]; passed [3 pairs][2] u32, the
//          first count[0] pairs of them set to 0 for upscale_bits to count in
// Launch   grid (1), block 1024, shared 132 B (static)   Java  org.samfast.cuda.kernel.SelectCandidates
constexpr int THREADS = 1024;
constexpr int WARPS = THREADS / 32;
constexpr unsigned ALL = 0xffffffffu;

extern "C" __global__ void __launch_bounds__(THREADS)
select_candidates(const float* iou, int* planes, int* count, uint2* passed, int pairs, float threshold) {
    __shared__ int kept_of_warp[WARPS];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int before = 0;
    for (int first = 0; first < 3 * pairs; first += THREADS) {
        int mask = first + threadIdx.x;
        int plane = mask / 3 * 4 + 1 + mask % 3;
        bool keeps = mask < 3 * pairs && (!(threshold > 0.0f) || iou[plane] > threshold);
        unsigned kept = __ballot_sync(ALL, keeps);
        if (lane == 0) kept_of_warp[warp] = __popc(kept);
        __syncthreads();
        int at = before + __popc(kept & ((1u << lane) - 1));
        for (int other = 0; other < WARPS; other++) {
            before += kept_of_warp[other];
            if (other < warp) at += kept_of_warp[other];
        }
        if (keeps) {
            planes[at] = plane;
            passed[at] = make_uint2(0, 0);
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) count[0] = before;
}
