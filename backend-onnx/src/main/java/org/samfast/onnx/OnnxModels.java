package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.ImageEncoderGraph;
import org.samfast.onnx.graph.MaskDecoderGraph;
import org.samfast.onnx.graph.OnnxModel;

/** The sessions of one checkpoint. Without an observer they come from the cache, with one they are made in memory. */
final class OnnxModels implements AutoCloseable {
    /** The graphs of a checkpoint, and their names in the cache. */
    enum Part {
        ENCODER,
        DECODER,
        MASK_DECODER;

        OnnxModel build(Checkpoint checkpoint, Arena arena, boolean everyStage) {
            return switch (this) {
                case ENCODER -> ImageEncoderGraph.build(checkpoint, arena, everyStage);
                case DECODER -> MaskDecoderGraph.build(checkpoint, arena, false, everyStage);
                case MASK_DECODER -> MaskDecoderGraph.build(checkpoint, arena, true, everyStage);
            };
        }

        String fileName() {
            return name().toLowerCase(Locale.ROOT) + ".onnx";
        }
    }

    private final Map<Part, OrtSession> sessions = new EnumMap<>(Part.class);

    private OnnxModels() {}

    static OnnxModels open(Checkpoint checkpoint, BackendOptions options, int threads) {
        OnnxModels models = new OnnxModels();
        try {
            if (options.observer() == null) {
                models.fromCache(checkpoint, options.cacheDirectory(), threads);
            } else {
                models.fromCheckpoint(checkpoint, threads);
            }
            return models;
        } catch (OrtException | IOException e) {
            models.close();
            throw new BackendException(checkpoint.file() + ": ONNX Runtime cannot prepare it: " + e.getMessage(), e);
        }
    }

    private void fromCheckpoint(Checkpoint checkpoint, int threads) throws OrtException {
        for (Part part : Part.values()) {
            try (Arena arena = Arena.ofConfined()) {
                sessions.put(part, OnnxSession.inMemory(part.build(checkpoint, arena, true), threads));
            }
        }
    }

    private void fromCache(Checkpoint checkpoint, Path directory, int threads) throws OrtException, IOException {
        Path stored = new OnnxCache(directory).entry(checkpoint, (part, file) -> {
            try (Arena arena = Arena.ofConfined()) {
                OnnxSession.store(part.build(checkpoint, arena, false), file, threads);
            }
        });
        for (Part part : Part.values()) {
            sessions.put(part, OnnxSession.load(stored.resolve(part.fileName()), threads));
        }
    }

    OrtSession encoder() {
        return session(Part.ENCODER);
    }

    OrtSession decoder(boolean withMask) {
        return session(withMask ? Part.MASK_DECODER : Part.DECODER);
    }

    private OrtSession session(Part part) {
        OrtSession session = sessions.get(part);
        if (session == null) {
            throw new IllegalStateException("the backend is closed");
        }
        return session;
    }

    @Override
    public void close() {
        for (OrtSession session : sessions.values()) {
            try {
                session.close();
            } catch (OrtException e) {
                throw new BackendException("onnx: a session does not close: " + e.getMessage(), e);
            }
        }
        sessions.clear();
    }
}
