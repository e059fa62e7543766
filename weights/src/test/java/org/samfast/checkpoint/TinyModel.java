package org.samfast.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.samfast.architecture.SamArchitecture;
import org.samfast.architecture.TensorCatalog;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;

/** A complete SAM of small dimensions in bf16, every tensor filled with its place in the catalog; to be spoiled. */
final class TinyModel {
    static final SamArchitecture ARCHITECTURE = SamArchitecture.of(32, 3, 2, 48, List.of(1));

    private record Spec(DType dtype, long[] shape) {}

    private final Map<String, Spec> tensors = new LinkedHashMap<>();

    TinyModel() {
        TensorCatalog.of(ARCHITECTURE).forEach((name, shape) -> tensors.put(name, new Spec(DType.BF16, shape)));
    }

    TinyModel without(String name) {
        tensors.remove(name);
        return this;
    }

    TinyModel with(String name, DType dtype, long... shape) {
        tensors.put(name, new Spec(dtype, shape));
        return this;
    }

    TinyModel renamed(UnaryOperator<String> names) {
        Map<String, Spec> before = new LinkedHashMap<>(tensors);
        tensors.clear();
        before.forEach((name, spec) -> tensors.put(names.apply(name), spec));
        return this;
    }

    Path write(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsWriter.write(
                    file,
                    Map.of(),
                    tensors.entrySet().stream()
                            .map(tensor -> entry(tensor.getKey(), tensor.getValue(), arena))
                            .toList());
        }
        return file;
    }

    private SafetensorsWriter.Entry entry(String name, Spec spec, Arena arena) {
        MemorySegment data = arena.allocate(Shape.bytes(spec.dtype(), spec.shape()));
        if (spec.dtype() == DType.BF16) {
            short number = (short) (Float.floatToRawIntBits(place(name)) >> 16);
            for (long i = 0; i < data.byteSize() / Short.BYTES; i++) {
                data.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, number);
            }
        }
        return SafetensorsWriter.Entry.littleEndian(name, spec.dtype(), spec.shape(), data);
    }

    private int place(String name) {
        return List.copyOf(tensors.keySet()).indexOf(name);
    }
}
