package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.CudaEncoderGraph;
import org.samfast.onnx.graph.ElementType;
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

        /** For the CPU: the decoder computes in fp32 always. */
        OnnxModel build(Checkpoint checkpoint, Precision computed, boolean everyStage) {
            if (this != ENCODER) {
                return decoder(checkpoint, ElementType.FLOAT32, everyStage);
            }
            return computed == Precision.INT8
                    ? ImageEncoderGraph.buildInt8(checkpoint, everyStage)
                    : ImageEncoderGraph.build(checkpoint, everyStage);
        }

        /** For a GPU: the encoder for that many images. */
        OnnxModel build(Checkpoint checkpoint, ElementType type, int images, boolean everyStage) {
            return this == ENCODER
                    ? CudaEncoderGraph.build(checkpoint, type, images, everyStage)
                    : decoder(checkpoint, type, everyStage);
        }

        private OnnxModel decoder(Checkpoint checkpoint, ElementType embedding, boolean everyStage) {
            return MaskDecoderGraph.build(checkpoint, embedding, this == MASK_DECODER, everyStage);
        }

        String fileName() {
            return name().toLowerCase(Locale.ROOT) + ".onnx";
        }
    }

    /** One session: the images of a run of the encoder, 1 for the decoder's. */
    private record Key(Part part, int images) {}

    /** Makes one session. */
    private interface Source {
        OrtSession session(Key key) throws OrtException;
    }

    private final Map<Key, OrtSession> sessions = new HashMap<>();
    private final Source source;
    private boolean closed;

    private OnnxModels(Source source) {
        this.source = source;
    }

    /** On the CPU, in fp32 or int8. */
    static OnnxModels open(Checkpoint checkpoint, BackendOptions options, Precision computed, int threads) {
        return opened(
                checkpoint,
                options,
                () -> options.observer() == null
                        ? fromCache(checkpoint, options.cacheDirectory(), computed, threads)
                        : fromCheckpoint(checkpoint, computed, threads));
    }

    /** On a GPU, in memory: nothing there is worth storing. */
    static OnnxModels open(Checkpoint checkpoint, BackendOptions options, OnnxDevice device, ElementType type) {
        boolean everyStage = options.observer() != null;
        return opened(
                checkpoint,
                options,
                () -> new OnnxModels(key ->
                        OnnxSession.inMemory(key.part().build(checkpoint, type, key.images(), everyStage), device, 1)));
    }

    private interface Opening {
        OnnxModels open() throws OrtException, IOException;
    }

    private static OnnxModels opened(Checkpoint checkpoint, BackendOptions options, Opening opening) {
        try {
            OnnxModels models = opening.open();
            models.encoder(1);
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
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "it cannot be made";
        }
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private static OnnxModels fromCheckpoint(Checkpoint checkpoint, Precision computed, int threads) {
        return new OnnxModels(
                key -> OnnxSession.inMemory(key.part().build(checkpoint, computed, true), OnnxDevice.CPU, threads));
    }

    private static OnnxModels fromCache(Checkpoint checkpoint, Path directory, Precision computed, int threads)
            throws OrtException, IOException {
        Path stored = new OnnxCache(directory)
                .entry(
                        checkpoint,
                        computed,
                        (part, file) -> OnnxSession.store(part.build(checkpoint, computed, false), file, threads));
        return new OnnxModels(key -> OnnxSession.load(stored.resolve(key.part().fileName()), threads));
    }

    /** The encoder of that many images a run; a CPU's takes any number. */
    OrtSession encoder(int images) throws OrtException {
        return session(new Key(Part.ENCODER, images));
    }

    OrtSession decoder(boolean withMask) throws OrtException {
        return session(new Key(withMask ? Part.MASK_DECODER : Part.DECODER, 1));
    }

    /** Made when first asked for: most runs never see a mask prompt. */
    private synchronized OrtSession session(Key key) throws OrtException {
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        OrtSession session = sessions.get(key);
        if (session == null) {
            session = source.session(key);
            sessions.put(key, session);
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
