package org.samfast.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import org.samfast.architecture.SamArchitecture;
import org.samfast.tensor.Tensor;

/** A complete SAM checkpoint: every tensor under its official name, mapped from the file. Close it to unmap. */
public final class Checkpoint implements AutoCloseable {
    /** CONTRACT STUB: replaced by the weights module's implementation. */
    public static Checkpoint open(Path file) throws CheckpointException {
        throw new CheckpointException(file + ": not implemented");
    }

    private Checkpoint() {}

    public Path file() {
        throw new UnsupportedOperationException();
    }

    /** Container and naming, for people: {@code PyTorch zip}, {@code safetensors (Hugging Face names)}. */
    public String format() {
        throw new UnsupportedOperationException();
    }

    public SamArchitecture architecture() {
        throw new UnsupportedOperationException();
    }

    /** Tensors by official name, in the order of the architecture's catalog. */
    public Map<String, Tensor> tensors() {
        throw new UnsupportedOperationException();
    }

    /** The tensor of that official name; IllegalArgumentException where there is none. */
    public Tensor tensor(String name) {
        throw new UnsupportedOperationException();
    }

    /** The file's own metadata ({@code __metadata__} of safetensors); empty for .pth. */
    public Map<String, String> metadata() {
        throw new UnsupportedOperationException();
    }

    /** SHA-256 of the whole file, lower-case hex; computed once and kept. */
    public String sha256() throws CheckpointException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
