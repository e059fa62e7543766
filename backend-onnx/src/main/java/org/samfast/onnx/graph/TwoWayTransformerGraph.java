package org.samfast.onnx.graph;

/**
 * The mask decoder's transformer: tokens attend to the image and the image to the tokens, twice.
 *
 * <p>Source: segment-anything modeling/transformer.py @dca509f.
 */
final class TwoWayTransformerGraph {
    /** What both sides look like between layers: tokens [p, t, 256] and image [p or 1, 4096, 256]. */
    record State(String tokens, String image) {}

    private static final String MODULE = "mask_decoder.transformer";
    private static final int DEPTH = 2;
    private static final int HEADS = 8;
    private static final float EPSILON = 1e-5f;

    private final GraphBuilder graph;
    private final String tokenPosition;
    private final String imagePosition;
    private final String zeros;

    /**
     * The transformer of one graph.
     *
     * @param tokenPosition added to tokens where they are compared: the tokens as they came in
     * @param imagePosition added to the image where it is compared, [1, 4096, 256]
     * @param zeros [p, 1, 1], one for each prompt
     */
    TwoWayTransformerGraph(GraphBuilder graph, String tokenPosition, String imagePosition, String zeros) {
        this.graph = graph;
        this.tokenPosition = tokenPosition;
        this.imagePosition = imagePosition;
        this.zeros = zeros;
    }

    /** Runs it; the image may be one for all prompts ({@code [1, 4096, 256]}) and comes out as one per prompt. */
    State run(String image) {
        State state = new State(tokenPosition, image);
        for (int layer = 0; layer < DEPTH; layer++) {
            state = layer(state, layer);
        }
        String mixed =
                attention(MODULE + ".final_attn_token_to_image", asked(state), placed(state.image()), state.image());
        String tokens = graph.layerNorm(graph.add(state.tokens(), mixed), MODULE + ".norm_final_attn", EPSILON);
        return new State(tokens, state.image());
    }

    private State layer(State in, int layer) {
        String module = MODULE + ".layers." + layer;
        String tokens = norm(selfAttended(in, module + ".self_attn", layer), module + ".norm1");
        State attended = new State(tokens, in.image());
        String image = placed(in.image());
        tokens =
                graph.add(tokens, attention(module + ".cross_attn_token_to_image", asked(attended), image, in.image()));
        tokens = norm(tokens, module + ".norm2");
        tokens = norm(graph.add(tokens, mlp(tokens, module + ".mlp")), module + ".norm3");
        State fed = new State(tokens, in.image());
        String back = attention(module + ".cross_attn_image_to_token", image, asked(fed), tokens);
        return new State(tokens, norm(graph.add(in.image(), back), module + ".norm4"));
    }

    /** The first layer replaces its tokens and adds no position: they are nothing but position yet. */
    private String selfAttended(State in, String module, int layer) {
        if (layer == 0) {
            return attention(module, in.tokens(), in.tokens(), in.tokens());
        }
        return graph.add(in.tokens(), attention(module, asked(in), asked(in), in.tokens()));
    }

    private String asked(State state) {
        return graph.add(state.tokens(), tokenPosition);
    }

    private String placed(String image) {
        return graph.add(image, imagePosition);
    }

    private String attention(String module, String queries, String keys, String values) {
        float scale = (float) Math.sqrt((double) HEADS / graph.rows(module + ".q_proj.weight"));
        String mixed = graph.fused()
                .attention(
                        HEADS,
                        scale,
                        perPrompt(graph.project(queries, module + ".q_proj")),
                        perPrompt(graph.project(keys, module + ".k_proj")),
                        perPrompt(graph.project(values, module + ".v_proj")));
        return graph.project(mixed, module + ".out_proj");
    }

    /** Projecting before repeating lets all prompts on an image share the work. */
    private String perPrompt(String value) {
        return graph.add(value, zeros);
    }

    private String mlp(String tokens, String module) {
        return graph.project(graph.op("Relu", graph.project(tokens, module + ".lin1")), module + ".lin2");
    }

    private String norm(String value, String module) {
        return graph.layerNorm(value, module, EPSILON);
    }
}
