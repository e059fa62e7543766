package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * The decoder's output_upscaling. A transposed convolution of size 2 and stride 2 gives each pixel its own 2x2 block,
 * so it is a Gemm from in to (2, 2, out) channels. Pixels stay in the order that makes, (y, x, dy, dx, ey, ex), with
 * channels last, which is what LayerNorm wants, and only the four finished masks are put in order.
 *
 * <p>Source: segment-anything modeling/mask_decoder.py output_upscaling @dca509f.
 */
final class Upscaling {
    /** Channels of the upscaled image. */
    static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS / 8;

    private static final String MODULE = "mask_decoder.output_upscaling";
    private static final int GRID = SamArchitecture.GRID;

    private final GraphBuilder graph;
    private final Checkpoint checkpoint;

    Upscaling(GraphBuilder graph, Checkpoint checkpoint) {
        this.graph = graph;
        this.checkpoint = checkpoint;
    }

    /** Image tokens [p, 4096, 256] to pixels [p * 65536, 32]. */
    String run(String image) {
        String first = doubled(image, MODULE + ".0");
        String normed = graph.fused().gelu(graph.layerNorm(first, MODULE + ".1", PredictMasksGraph.EPSILON));
        return graph.fused().gelu(doubled(normed, MODULE + ".3"));
    }

    /** [p, 65536, 4] in upscaling order to [p, 4, 256, 256]. */
    String planes(String masks) {
        String blocks = graph.reshape(masks, -1, GRID, GRID, 2, 2, 2, 2, SamArchitecture.MASKS);
        String ordered = graph.transpose(blocks, 0, 7, 1, 3, 5, 2, 4, 6);
        return graph.reshape(ordered, -1, SamArchitecture.MASKS, SamArchitecture.LOW_RES, SamArchitecture.LOW_RES);
    }

    private String doubled(String rows, String module) {
        long[] shape = checkpoint.tensor(module + ".weight").shape();
        int in = (int) shape[0];
        int out = (int) shape[1];
        String weight =
                graph.constant(module + ".blocks", blocks(graph.floats(module + ".weight"), in, out), in, 4L * out);
        String bias = graph.weight(module + ".bias");
        String product = graph.op(
                "Gemm", Map.of(), graph.reshape(rows, -1, in), weight, graph.concat(0, bias, bias, bias, bias));
        return graph.reshape(product, -1, out);
    }

    /** [in][out][2][2] to [in][2][2][out]. */
    private static float[] blocks(float[] weight, int in, int out) {
        float[] blocks = new float[weight.length];
        for (int i = 0; i < in * out; i++) {
            for (int place = 0; place < 4; place++) {
                blocks[(i / out * 4 + place) * out + i % out] = weight[i * 4 + place];
            }
        }
        return blocks;
    }
}
