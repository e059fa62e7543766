package org.samfast.onnx.graph;

import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * The image encoder shaped for ONNX Runtime's CUDA provider: pixels [n,3,1024,1024] to image_embedding [n,256,64,64],
 * both in the graph's type, for one n, because shapes that are known leave no shape arithmetic for the CPU. Bias and
 * GELU, and bias, residual and LayerNorm are one node each; windows are cut and joined by one Gather each.
 *
 * <p>Source: segment-anything modeling/image_encoder.py @dca509f.
 */
public final class CudaEncoderGraph {
    private static final int GRID = ImageEncoderGraph.GRID;
    private static final int TOKENS = ImageEncoderGraph.TOKENS;
    private static final float EPSILON = ImageEncoderGraph.EPSILON;
    private static final int PATCH = SamArchitecture.PATCH_SIZE;
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;

    private final SamArchitecture architecture;
    private final GraphBuilder graph;
    private final ElementType type;
    private final int images;
    private final boolean everyStage;
    private final int width;
    private final WindowOrder order;
    private final FoldedAttentionGraph window;
    private final FoldedAttentionGraph global;

    private CudaEncoderGraph(Checkpoint checkpoint, ElementType type, int images, boolean everyStage) {
        this.architecture = checkpoint.architecture();
        this.graph = new GraphBuilder(checkpoint, type);
        this.type = type;
        this.images = images;
        this.everyStage = everyStage;
        this.width = architecture.width();
        this.order = new WindowOrder(architecture.windowSize());
        int windows = images * order.windowsPerSide() * order.windowsPerSide();
        int heads = architecture.heads();
        int headDim = architecture.headDim();
        boolean exact = type == ElementType.FLOAT32;
        this.window = new FoldedAttentionGraph(graph, windows, order.side(), heads, headDim, exact);
        this.global = new FoldedAttentionGraph(graph, images, GRID, heads, headDim, exact);
    }

    /** Builds the graph for that many images; {@code everyStage} also makes patch_embed and block.NN outputs. */
    public static OnnxModel build(Checkpoint checkpoint, ElementType type, int images, boolean everyStage) {
        return new CudaEncoderGraph(checkpoint, type, images, everyStage).encoder();
    }

    private OnnxModel encoder() {
        int side = SamArchitecture.IMAGE_SIZE;
        String tokens = patchEmbed(graph.input("pixels", type, images, 3, side, side));
        stage("patch_embed", tokens);
        graph.output("image_embedding", type, neck(blocks(tokens)), images, CHANNELS, GRID, GRID);
        return graph.build("image_encoder");
    }

    private void stage(String name, String tokens) {
        if (everyStage) {
            String grid = graph.reshape(graph.cast(tokens, type, ElementType.FLOAT32), images, GRID, GRID, width);
            graph.output(name, grid, images, GRID, GRID, width);
        }
    }

    /** The 16x16 convolution of stride 16 as one Gemm over patches, which leaves the tokens in rows. */
    private String patchEmbed(String pixels) {
        String module = "image_encoder.patch_embed.proj";
        int inputs = 3 * PATCH * PATCH;
        String grid = graph.reshape(pixels, images, 3, GRID, PATCH, GRID, PATCH);
        String patches = graph.reshape(graph.transpose(grid, 0, 2, 4, 1, 3, 5), -1, inputs);
        String embedded = graph.unbiased(patches, graph.weight(module + ".weight", width, inputs));
        String placed = graph.add(
                graph.reshape(embedded, images, TOKENS, width),
                graph.add(graph.weight("image_encoder.pos_embed", 1, TOKENS, width), graph.weight(module + ".bias")));
        return graph.reshape(placed, -1, width);
    }

    private String blocks(String embedded) {
        GraphBuilder.Normed tokens =
                new GraphBuilder.Normed(embedded, graph.layerNorm(embedded, block(0) + ".norm1", EPSILON));
        for (int layer = 0; layer < architecture.depth(); layer++) {
            String module = block(layer) + ".attn";
            String mixed = graph.unbiased(attend(tokens.norm(), layer), graph.weight(module + ".proj.weight"));
            String bias = ProjectionBias.whole(graph, module, width);
            tokens = graph.skipLayerNorm(mixed, tokens.sum(), bias, block(layer) + ".norm2", EPSILON);
            tokens = next(mlp(tokens.norm(), block(layer) + ".mlp"), tokens.sum(), layer);
            stage("block.%02d".formatted(layer), tokens.sum());
        }
        return tokens.sum();
    }

    private GraphBuilder.Normed next(String hidden, String residual, int layer) {
        String bias = graph.weight(block(layer) + ".mlp.lin2.bias");
        if (layer + 1 < architecture.depth()) {
            return graph.skipLayerNorm(hidden, residual, bias, block(layer + 1) + ".norm1", EPSILON);
        }
        return new GraphBuilder.Normed(graph.add(graph.add(hidden, bias), residual), "");
    }

    private static String block(int layer) {
        return "image_encoder.blocks." + layer;
    }

    private String mlp(String normed, String module) {
        String wide = graph.unbiased(normed, graph.weight(module + ".lin1.weight"));
        String active = graph.microsoft("BiasGelu", Map.of(), wide, graph.weight(module + ".lin1.bias"));
        return graph.unbiased(active, graph.weight(module + ".lin2.weight"));
    }

    private String attend(String rows, int layer) {
        String module = block(layer) + ".attn";
        return architecture.isGlobal(layer) ? global.attend(rows, module) : joined(window.attend(cut(rows), module));
    }

    /** Rows of the grid's tokens to rows of the windows' tokens, zeros where a window reaches past the grid. */
    private String cut(String rows) {
        String zeros = graph.constant("window_padding", new float[images * width], images, 1, width);
        String padded = graph.concat(1, graph.reshape(rows, images, TOKENS, width), zeros);
        return gathered(padded, order.ofWindows());
    }

    /** Back again. */
    private String joined(String rows) {
        return gathered(graph.reshape(rows, images, order.tokens(), width), order.ofGrid());
    }

    /** Pad, Slice and Transpose would be slower: Pad alone took 3.9 ms where a Gather takes 0.12 (ViT-B, 8 images). */
    private String gathered(String tokens, long[] order) {
        String picked = graph.op("Gather", Map.of("axis", 1L), tokens, graph.integers(order));
        return graph.reshape(picked, -1, width);
    }

    /** The convolution has no bf16 kernel: it then runs in fp16, whose range its normalised input is far inside of. */
    private String neck(String tokens) {
        String module = "image_encoder.neck";
        String narrowed = graph.unbiased(tokens, graph.weight(module + ".0.weight", CHANNELS, width));
        String first = planes(graph.layerNorm(narrowed, module + ".1", EPSILON));
        ElementType convolved = type == ElementType.BFLOAT16 ? ElementType.FLOAT16 : type;
        String weight = graph.cast(graph.weight(module + ".2.weight"), type, convolved);
        String mixed =
                graph.op("Conv", Map.of("pads", new long[] {1, 1, 1, 1}), graph.cast(first, type, convolved), weight);
        String rows = graph.transpose(graph.cast(mixed, convolved, type), 0, 2, 3, 1);
        return planes(graph.layerNorm(graph.reshape(rows, -1, CHANNELS), module + ".3", EPSILON));
    }

    private String planes(String rows) {
        return graph.transpose(graph.reshape(rows, images, GRID, GRID, CHANNELS), 0, 3, 1, 2);
    }
}
