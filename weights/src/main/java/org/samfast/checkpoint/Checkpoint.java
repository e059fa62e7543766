package org.samfast.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.architecture.TensorCatalog;
import org.samfast.packed.PackedLinear;
import org.samfast.tensor.Tensor;

/** A complete SAM checkpoint: every tensor under its official name, mapped from the file. Close it to unmap. */
public final class Checkpoint implements AutoCloseable {
    private final TensorFile source;
    private final Naming naming;
    private final SamArchitecture architecture;
    private final PackedTensors packed;
    private final Map<String, Tensor> tensors;
    private final List<String> ignored;
    private @Nullable String sha256;

    /**
     * Opens a .pth of torch.save or a .safetensors file, in official or Hugging Face names, and checks that it has every
     * tensor of the architecture that its shapes show.
     *
     * @param file in either format, whatever its name
     * @return the checkpoint, which the caller closes
     * @throws CheckpointException where the file is anything else, in one sentence
     */
    public static Checkpoint open(Path file) throws CheckpointException {
        TensorFile source = TensorFile.open(file);
        boolean opened = false;
        try {
            Checkpoint checkpoint = new Checkpoint(source);
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                source.close();
            }
        }
    }

    private Checkpoint(TensorFile source) throws CheckpointException {
        this.source = source;
        this.naming = Naming.of(source.tensors().keySet());
        this.architecture = ArchitectureReader.read(source, naming);
        this.packed = new PackedTensors(source);
        Set<String> unused = new LinkedHashSet<>(source.tensors().keySet());
        this.tensors = catalogued(unused);
        this.ignored = List.copyOf(unused);
    }

    /** Every tensor of the catalog; takes the names it uses out of {@code unused}. */
    private Map<String, Tensor> catalogued(Set<String> unused) throws CheckpointException {
        Map<String, Tensor> found = new LinkedHashMap<>();
        for (Map.Entry<String, long[]> expected : TensorCatalog.of(architecture).entrySet()) {
            found.put(expected.getKey(), catalogued(expected.getKey(), expected.getValue(), unused));
        }
        return Collections.unmodifiableMap(found);
    }

    private Tensor catalogued(String official, long[] shape, Set<String> unused) throws CheckpointException {
        Optional<String> name = naming.find(source.tensors().keySet(), official);
        if (name.isPresent()) {
            unused.remove(name.get());
            return checked(name.get(), shape);
        }
        return packed.find(official, shape, unused).orElseThrow(() -> missing(official, shape));
    }

    private CheckpointException missing(String official, long[] shape) {
        return source.bad("tensor " + MappedFile.quoted(naming.inFile(official)) + " is missing; a complete "
                + architecture.name() + " has it with shape " + Arrays.toString(shape)
                + ": get the file again from where it came from");
    }

    private Tensor checked(String name, long[] shape) throws CheckpointException {
        Tensor tensor = source.tensors().get(name);
        if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
            throw source.bad("tensor " + MappedFile.quoted(name) + ": expected shape " + Arrays.toString(shape)
                    + " for " + architecture.name() + ", which the other tensors show this model to be, got " + tensor);
        }
        if (!tensor.dtype().isFloat()) {
            throw source.bad("tensor " + MappedFile.quoted(name) + ": expected F32, F16, BF16 or F64 values, got "
                    + tensor + "; quantised checkpoints of other tools are not supported");
        }
        return tensor;
    }

    /** {@return the file it is mapped from, as it was named} */
    public Path file() {
        return source.path();
    }

    /** {@return container and naming, for people: {@code PyTorch zip}, {@code safetensors (Hugging Face names)}} */
    public String format() {
        return source.format() + (naming.huggingFace() ? " (Hugging Face names)" : "");
    }

    /** {@return what its tensors' shapes show} */
    public SamArchitecture architecture() {
        return architecture;
    }

    /** {@return tensors by official name, in the order of the architecture's catalog; usable until this is closed} */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * {@return the tensor of that official name}
     *
     * @param name official: {@code image_encoder.blocks.0.attn.qkv.weight}
     * @throws IllegalArgumentException where there is none
     */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(architecture.name() + " has no tensor '" + name + "'");
        }
        return tensor;
    }

    /**
     * {@return the Linears' weights, by official name, that a file of {@code sam convert} stores as int8 or 2:4 sparse;
     * empty for every other file} {@link #tensor} gives their dense equivalents.
     */
    public Map<String, PackedLinear> packed() {
        return Collections.unmodifiableMap(packed.found());
    }

    /** {@return tensors of the file, by its own names, that SAM does not have; extra heads of a fine-tuned relative, say} */
    public List<String> ignored() {
        return ignored;
    }

    /** {@return the file's own metadata ({@code __metadata__} of safetensors); empty for .pth} */
    public Map<String, String> metadata() {
        return source.metadata();
    }

    /**
     * {@return SHA-256 of the whole file, lower-case hex; computed once and kept}
     *
     * @throws CheckpointException where the file can no longer be read
     */
    public synchronized String sha256() throws CheckpointException {
        if (sha256 == null) {
            sha256 = source.sha256();
        }
        return sha256;
    }

    @Override
    public void close() {
        source.close();
    }
}
