package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
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

    /** Makes the session of one part. */
    private interface Source {
        OrtSession session(Part part) throws OrtException;
    }

    private final Map<Part, OrtSession> sessions = new EnumMap<>(Part.class);
    private final Source source;
    private boolean closed;

    private OnnxModels(Source source) {
        this.source = source;
    }

    static OnnxModels open(Checkpoint checkpoint, BackendOptions options, int threads) {
        try {
            OnnxModels models = options.observer() == null
                    ? fromCache(checkpoint, options.cacheDirectory(), threads)
                    : fromCheckpoint(checkpoint, threads);
            models.encoder();
            return models;
        } catch (OrtException e) {
            throw new BackendException(checkpoint.file() + ": ONNX Runtime cannot prepare it: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new BackendException(
                    options.cacheDirectory() + ": the cache for prepared models cannot be used: " + reason(e)
                            + "; set SAM_CACHE_DIR to a folder with room for twice the checkpoint in fp32",
                    e);
        }
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private static OnnxModels fromCheckpoint(Checkpoint checkpoint, int threads) {
        return new OnnxModels(part -> {
            try (Arena arena = Arena.ofConfined()) {
                return OnnxSession.inMemory(part.build(checkpoint, arena, true), threads);
            }
        });
    }

    private static OnnxModels fromCache(Checkpoint checkpoint, Path directory, int threads)
            throws OrtException, IOException {
        Path stored = new OnnxCache(directory).entry(checkpoint, (part, file) -> {
            try (Arena arena = Arena.ofConfined()) {
                OnnxSession.store(part.build(checkpoint, arena, false), file, threads);
            }
        });
        return new OnnxModels(part -> OnnxSession.load(stored.resolve(part.fileName()), threads));
    }

    OrtSession encoder() throws OrtException {
        return session(Part.ENCODER);
    }

    OrtSession decoder(boolean withMask) throws OrtException {
        return session(withMask ? Part.MASK_DECODER : Part.DECODER);
    }

    /** Made when first asked for: most runs never see a mask prompt. */
    private synchronized OrtSession session(Part part) throws OrtException {
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        OrtSession session = sessions.get(part);
        if (session == null) {
            session = source.session(part);
            sessions.put(part, session);
        }
        return session;
    }

    @Override
    public synchronized void close() {
        closed = true;
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
