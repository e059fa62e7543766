package org.samfast.onnx.graph;

import java.util.Map;
import java.util.Set;
import org.samfast.architecture.SamArchitecture;
import org.samfast.checkpoint.Checkpoint;

/**
 * The image encoder: pixels [n,3,1024,1024] to image_embedding [n,256,64,64], any n. Tokens travel as rows
 * [n * 4096, width], the shape that Gemm takes, and are cut into windows only inside attention.
 *
 * <p>Source: segment-anything modeling/image_encoder.py @dca509f.
 */
public final class ImageEncoderGraph {
    /** What follows a module's name in the outputs of {@link #watching}. */
    public static final String SECOND_MOMENTS = ".second_moments";

    public static final String LARGEST = ".largest";

    static final float EPSILON = 1e-6f;
    static final int GRID = SamArchitecture.GRID;
    static final int TOKENS = GRID * GRID;
    private static final int PATCH = SamArchitecture.PATCH_SIZE;
    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;

    private final SamArchitecture architecture;
    private final GraphBuilder graph;
    private final BlockLinears linears;
    private final WindowAttentionGraph window;
    private final GlobalAttentionGraph global;
    private final boolean everyStage;
    private final Set<String> watched;

    private ImageEncoderGraph(
            Checkpoint checkpoint, OperatorSet operators, boolean int8, boolean everyStage, Set<String> watched) {
        this.architecture = checkpoint.architecture();
        this.graph = new GraphBuilder(checkpoint, ElementType.FLOAT32, operators);
        this.linears = int8 ? BlockLinears.asStored(graph, checkpoint) : BlockLinears.dense(graph);
        this.window = new WindowAttentionGraph(graph, linears, architecture);
        this.global = new GlobalAttentionGraph(graph, linears, architecture);
        this.everyStage = everyStage;
        this.watched = watched;
    }

    /** Builds the graph in fp32; {@code everyStage} also makes patch_embed and block.NN outputs. */
    public static OnnxModel build(Checkpoint checkpoint, boolean everyStage) {
        return forOnnxRuntime(checkpoint, false, everyStage, Set.of());
    }

    /** The same with those Linears in int8 that the checkpoint stores so; exact on CPUs with VNNI. */
    public static OnnxModel buildInt8(Checkpoint checkpoint, boolean everyStage) {
        return forOnnxRuntime(checkpoint, true, everyStage, Set.of());
    }

    private static OnnxModel forOnnxRuntime(
            Checkpoint checkpoint, boolean int8, boolean everyStage, Set<String> watched) {
        return new ImageEncoderGraph(checkpoint, OperatorSet.ONNX_RUNTIME, int8, everyStage, watched)
                .encoder("pixels", "image_embedding");
    }

    /** In fp32 of standard operators, from pixel_values to image_embeddings, the name of the exported decoder's input. */
    public static OnnxModel exported(Checkpoint checkpoint) {
        return new ImageEncoderGraph(checkpoint, OperatorSet.STANDARD, false, false, Set.of())
                .encoder("pixel_values", "image_embeddings");
    }

    /**
     * Builds the graph with outputs {@code MODULE.second_moments} [k,k], sums over all tokens of products of two of a Linear's
     * inputs, and {@code MODULE.largest} [k], their largest absolute values.
     */
    public static OnnxModel watching(Checkpoint checkpoint, Set<String> modules) {
        return forOnnxRuntime(checkpoint, false, false, modules);
    }

    private void watch(String module, String rows, int columns) {
        if (watched.contains(module)) {
            String products = graph.op("Gemm", Map.of("transA", 1L), rows, rows);
            graph.output(module + SECOND_MOMENTS, products, columns, columns);
            String sizes = graph.op("Abs", rows);
            String largest = graph.op("ReduceMax", Map.of("keepdims", 0L), sizes, graph.integers(0));
            graph.output(module + LARGEST, largest, columns);
        }
    }

    private OnnxModel encoder(String in, String out) {
        String tokens = patchEmbed(graph.input(in, "n", 3, SamArchitecture.IMAGE_SIZE, SamArchitecture.IMAGE_SIZE));
        stage("patch_embed", tokens);
        graph.output(out, neck(blocks(tokens)), "n", CHANNELS, GRID, GRID);
        return graph.build("image_encoder");
    }

    private void stage(String name, String tokens) {
        if (everyStage) {
            String grid = graph.reshape(tokens, -1, GRID, GRID, architecture.width());
            graph.output(name, grid, "n", GRID, GRID, architecture.width());
        }
    }

    /** The 16x16 convolution of stride 16 as one Gemm over patches, which leaves the tokens in rows. */
    private String patchEmbed(String pixels) {
        String module = "image_encoder.patch_embed.proj";
        int inputs = 3 * PATCH * PATCH;
        String grid = graph.reshape(pixels, -1, 3, GRID, PATCH, GRID, PATCH);
        String patches = graph.reshape(graph.transpose(grid, 0, 2, 4, 1, 3, 5), -1, inputs);
        String weight = graph.weight(module + ".weight", architecture.width(), inputs);
        String position = graph.add(
                graph.weight("image_encoder.pos_embed", 1, TOKENS, architecture.width()),
                graph.weight(module + ".bias"));
        String images = graph.reshape(graph.unbiased(patches, weight), -1, TOKENS, architecture.width());
        return rows(graph.add(images, position), architecture.width());
    }

    /**
     * All blocks. Biases are added apart from the Gemm: ONNX Runtime's Gemm copies its bias with one thread, an Add
     * takes all. A block's last bias is added where the next block begins.
     */
    private String blocks(String embedded) {
        GraphBuilder.Normed tokens =
                new GraphBuilder.Normed(embedded, graph.layerNorm(embedded, block(0) + ".norm1", EPSILON));
        for (int layer = 0; layer < architecture.depth(); layer++) {
            String mixed = attention(tokens.norm(), layer, block(layer) + ".attn");
            String bias = projectionBias(block(layer) + ".attn");
            tokens = graph.addAndNorm(mixed, tokens.sum(), bias, block(layer) + ".norm2", EPSILON);
            tokens = next(mlp(tokens.norm(), block(layer) + ".mlp"), tokens.sum(), layer);
            stage("block.%02d".formatted(layer), tokens.sum());
        }
        return tokens.sum();
    }

    private GraphBuilder.Normed next(String hidden, String residual, int layer) {
        String bias = graph.weight(block(layer) + ".mlp.lin2.bias");
        if (layer + 1 < architecture.depth()) {
            return graph.addAndNorm(hidden, residual, bias, block(layer + 1) + ".norm1", EPSILON);
        }
        return new GraphBuilder.Normed(graph.add(graph.add(hidden, bias), residual), "");
    }

    private static String block(int layer) {
        return "image_encoder.blocks." + layer;
    }

    private String mlp(String normed, String module) {
        watch(module + ".lin1", normed, architecture.width());
        String wide = linears.apply(module + ".lin1", normed);
        String active = graph.fused().gelu(graph.add(wide, graph.weight(module + ".lin1.bias")));
        watch(module + ".lin2", active, architecture.mlpWidth());
        return linears.apply(module + ".lin2", active);
    }

    private String attention(String normed, int layer, String module) {
        String mixed = architecture.isGlobal(layer) ? global.attend(normed, module) : window.attend(normed, module);
        watch(module + ".qkv", normed, architecture.width());
        if (watched.contains(module + ".proj")) {
            watch(module + ".proj", withValuesBias(mixed, module), architecture.width());
        }
        return linears.apply(module + ".proj", bringsItsBias(module) ? withValuesBias(mixed, module) : mixed);
    }

    /** What is rounded has to be what the original's proj gets: with the values' bias. */
    private boolean bringsItsBias(String module) {
        return linears.isInt8(module + ".proj");
    }

    private String projectionBias(String module) {
        return bringsItsBias(module)
                ? graph.weight(module + ".proj.bias")
                : ProjectionBias.whole(graph, module, architecture.width());
    }

    private String withValuesBias(String mixed, String module) {
        long width = architecture.width();
        return graph.add(mixed, graph.weightRows(module + ".qkv.bias", "v", 2 * width, width));
    }

    private String neck(String tokens) {
        String module = "image_encoder.neck";
        String weight = graph.weight(module + ".0.weight", CHANNELS, architecture.width());
        String narrowed = graph.unbiased(tokens, weight);
        String first = planes(graph.layerNorm(narrowed, module + ".1", EPSILON));
        String mixed =
                graph.op("Conv", Map.of("pads", new long[] {1, 1, 1, 1}), first, graph.weight(module + ".2.weight"));
        String mixedRows = rows(graph.transpose(mixed, 0, 2, 3, 1), CHANNELS);
        return planes(graph.layerNorm(mixedRows, module + ".3", EPSILON));
    }

    private String planes(String rows) {
        return graph.transpose(graph.reshape(rows, -1, GRID, GRID, CHANNELS), 0, 3, 1, 2);
    }

    private String rows(String value, int channels) {
        return graph.reshape(value, -1, channels);
    }
}
