// token_embedding: the tokens that enter the decoder: IoU token, 4 mask tokens, then one per point or box corner.
// Source   segment-anything prompt_encoder.py PromptEncoder._embed_points, _embed_boxes; mask_decoder.py predict_masks @dca509f
// In       coords [pairs][points][2] fp32, x and y in pixels of the encoder's frame; labels [pairs][points]: -1 padding,
//          0 background, 1 foreground, 2 and 3 the corners of a box; counts [pairs]: 5 + points of that pair;
//          gaussian [2][128]; embeddings [5][256]: not_a_point, point_embeddings 0 to 3; output_tokens [5][256]; all fp32
// Out      out [pairs][tokens][256] fp32, every element written, zero from row counts[pair] on
// Launch   grid (pairs, tokens), block 128   Java  org.samfast.cuda.kernel.TokenEmbedding
#include "../common/element.cuh"

constexpr int CHANNELS = 256;
constexpr int FREQUENCIES = CHANNELS / 2;
constexpr int OUTPUT_TOKENS = 5;
constexpr float FRAME = 1024.0f;

// Sine and cosine of 2 pi (position . gaussian): taken in half turns, where no digit is lost to a rounded 2 pi.
__device__ __forceinline__ void fourier_features(const float* point, const float* gaussian, int frequency, float& sine, float& cosine) {
    float x = 2.0f * ((point[0] + 0.5f) / FRAME) - 1.0f;
    float y = 2.0f * ((point[1] + 0.5f) / FRAME) - 1.0f;
    float turns = x * gaussian[frequency] + y * gaussian[FREQUENCIES + frequency];
    sincospif(2.0f * turns, &sine, &cosine);
}

extern "C" __global__ void __launch_bounds__(128)
token_embedding(const float* coords, const int* labels, const int* counts, const float* gaussian, const float* embeddings,
                const float* output_tokens, float* out, int points, int tokens) {
    int pair = blockIdx.x;
    int token = blockIdx.y;
    int frequency = threadIdx.x;
    float low = 0.0f;
    float high = 0.0f;
    if (token < OUTPUT_TOKENS) {
        low = output_tokens[token * CHANNELS + frequency];
        high = output_tokens[token * CHANNELS + FREQUENCIES + frequency];
    } else if (token < counts[pair]) {
        size_t point = static_cast<size_t>(pair) * points + token - OUTPUT_TOKENS;
        int label = labels[point];
        if (label >= 0) fourier_features(coords + 2 * point, gaussian, frequency, low, high);
        low += embeddings[(label + 1) * CHANNELS + frequency];
        high += embeddings[(label + 1) * CHANNELS + FREQUENCIES + frequency];
    }
    float* row = out + (static_cast<size_t>(pair) * tokens + token) * CHANNELS;
    row[frequency] = low;
    row[FREQUENCIES + frequency] = high;
}
