package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.samfast.onnx.graph.Initializer;
import org.samfast.onnx.graph.OnnxModel;

/** Makes ONNX Runtime sessions: from a graph and its weights, or from what an earlier one stored. */
final class OnnxSession {
    /**
     * ONNX Runtime writes weights below 1 MB one after the other, and its AVX-512 products read a packed weight by aligned
     * loads of 64 bytes: a crash where an odd length went before. Constants of odd length are smaller than this.
     */
    static final int SMALLEST_EXTERNAL_BYTES = 64 << 10;

    static final int ALIGNMENT = 64;

    private OnnxSession() {}

    /** A session straight from the graph, weights copied. */
    static OrtSession inMemory(OnnxModel model, OnnxDevice device, int threads) throws OrtException {
        OnnxEnvironment.get(); // providers log through it
        try (SessionOptions options = options(threads)) {
            device.use(options);
            return create(model, options);
        }
    }

    /**
     * Optimises a graph once and stores the outcome: the graph in {@code file}, its weights beside it, already packed
     * for matrix multiplication, so that a later session maps them instead of packing a copy.
     */
    static void store(OnnxModel model, Path file, int threads) throws OrtException {
        try (SessionOptions options = options(threads)) {
            options.setOptimizationLevel(OptLevel.EXTENDED_OPT);
            options.setOptimizedModelFilePath(file.toString());
            options.addConfigEntry(
                    "session.optimized_model_external_initializers_file_name", file.getFileName() + ".weights");
            options.addConfigEntry(
                    "session.optimized_model_external_initializers_min_size_in_bytes",
                    String.valueOf(SMALLEST_EXTERNAL_BYTES));
            options.addConfigEntry(
                    "session.save_external_prepacked_constant_initializers", staysAligned(model) ? "1" : "0");
            create(model, options).close();
        }
    }

    private static boolean staysAligned(OnnxModel model) {
        return model.weights().stream()
                .mapToLong(Initializer::bytes)
                .allMatch(bytes -> bytes < SMALLEST_EXTERNAL_BYTES || bytes % ALIGNMENT == 0);
    }

    /** A session from what {@link #store} wrote. */
    static OrtSession load(Path file, int threads) throws OrtException {
        try (SessionOptions options = options(threads)) {
            options.setOptimizationLevel(OptLevel.NO_OPT);
            return OnnxEnvironment.get().createSession(file.toString(), options);
        }
    }

    private static SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        return options;
    }

    private static OrtSession create(OnnxModel model, SessionOptions options) throws OrtException {
        Map<String, OnnxTensorLike> weights = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Initializer weight : model.weights()) {
                weights.put(weight.name(), tensor(weight, arena));
            }
            options.addExternalInitializers(weights);
            return OnnxEnvironment.get().createSession(model.bytes(), options);
        } finally {
            weights.values().forEach(OnnxTensorLike::close);
        }
    }

    private static OnnxTensor tensor(Initializer weight, Arena arena) throws OrtException {
        var values = weight.values().in(arena).asByteBuffer().order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                OnnxEnvironment.get(), values, weight.shape(), weight.type().javaType());
    }
}
