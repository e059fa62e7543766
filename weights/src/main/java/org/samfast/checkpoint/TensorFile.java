package org.samfast.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import org.samfast.file.Sha256;
import org.samfast.tensor.Tensor;

/**
 * Named tensors of any file of weights, mapped and not yet read: .safetensors, or .pth of torch.save. What the tensors
 * mean is not looked at; {@link Checkpoint} is the complete SAM model. Close it to unmap.
 */
public final class TensorFile implements AutoCloseable {
    /** Bytes per round of hashing: a buffer cannot hold a whole file past 2 GB. */
    private static final long CHUNK = 64L << 20;

    private final MappedFile file;
    private final Arena arena;
    private final String format;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    /**
     * Opens a file by what it holds, whatever its name.
     *
     * @param path of a .pth or .safetensors file
     * @return the file, which the caller closes
     * @throws CheckpointException where it is neither, or damaged
     */
    public static TensorFile open(Path path) throws CheckpointException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            TensorFile file = read(MappedFile.map(path, arena), arena);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static TensorFile read(MappedFile file, Arena arena) throws CheckpointException {
        return switch (FileKind.of(file)) {
            case PYTORCH_ZIP -> new TensorFile(file, arena, "PyTorch zip", PthReader.read(file), Map.of());
            case PYTORCH_PICKLE ->
                new TensorFile(file, arena, "PyTorch pickle (before 1.6)", LegacyPthReader.read(file), Map.of());
            case SAFETENSORS -> {
                SafetensorsHeader header = SafetensorsHeader.read(file);
                yield new TensorFile(file, arena, "safetensors", header.tensors(file), header.metadata());
            }
        };
    }

    private TensorFile(
            MappedFile file, Arena arena, String format, Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.file = file;
        this.arena = arena;
        this.format = format;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /** {@return the file, as it was named} */
    public Path path() {
        return file.path();
    }

    /** {@return {@code PyTorch zip}, {@code PyTorch pickle (before 1.6)} or {@code safetensors}} */
    public String format() {
        return format;
    }

    /** {@return tensors by the names in the file, in file order; usable until this is closed} */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * {@return the tensor of that name}
     *
     * @param name as the file has it
     * @throws CheckpointException where there is none
     */
    public Tensor tensor(String name) throws CheckpointException {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw bad("expected a tensor '" + name + "', found " + (tensors.isEmpty() ? "none" : firstNames()));
        }
        return tensor;
    }

    /** The first few names in the file, for messages. */
    String firstNames() {
        int of = tensors.size();
        return of
                + (of == 1 ? " tensor: " : " tensors: ")
                + tensors.keySet().stream().limit(3).map(MappedFile::quoted).collect(Collectors.joining(", "))
                + (of > 3 ? " ..." : "");
    }

    /** {@return {@code __metadata__} of a .safetensors file; empty for .pth} */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** SHA-256 of the whole file, lower-case hex. */
    String sha256() {
        MessageDigest digest = Sha256.begin();
        for (long offset = 0; offset < file.size(); offset += CHUNK) {
            long length = Math.min(CHUNK, file.size() - offset);
            digest.update(file.bytes().asSlice(offset, length).asByteBuffer());
        }
        return Sha256.hex(digest.digest());
    }

    CheckpointException bad(String sentence) {
        return file.bad(sentence);
    }

    @Override
    public void close() {
        arena.close();
    }
}
