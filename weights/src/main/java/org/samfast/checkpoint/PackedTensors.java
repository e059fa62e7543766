package org.samfast.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.samfast.packed.PackedLinear;
import org.samfast.packed.TwoFourMetadata;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/** Finds the weights that a file of {@code sam convert} stores as int8 or 2:4 sparse; docs/weights-format.md. */
final class PackedTensors {
    /** The layout that this version writes and reads. */
    static final String LAYOUT = "1";

    private static final String LAYOUT_KEY = "sam.layout";

    private final TensorFile file;
    private final Map<String, PackedLinear> found = new LinkedHashMap<>();

    PackedTensors(TensorFile file) {
        this.file = file;
    }

    /** Official names of the packed weights, with what they are. */
    Map<String, PackedLinear> found() {
        return found;
    }

    /** The dense equivalent of the weight of that official name, if the file has it packed. */
    Optional<Tensor> find(String name, long[] shape, Set<String> unused) throws CheckpointException {
        Tensor values = file.tensors().get(name + PackedLinear.VALUES);
        if (values == null) {
            return Optional.empty();
        }
        requireLayout();
        if (shape.length != 2) {
            throw bad(name, "is packed, but only the weight of a Linear can be");
        }
        PackedLinear packed = packed(name, shape, values);
        Optional<String> wrong = packed.wrong();
        if (wrong.isPresent()) {
            throw bad(name, "is damaged: " + wrong.get() + "; convert it again");
        }
        found.put(name, packed);
        parts(name).forEach(unused::remove);
        return Optional.of(packed.dense());
    }

    private static List<String> parts(String name) {
        List<String> parts = new ArrayList<>();
        for (String part :
                List.of(PackedLinear.VALUES, PackedLinear.METADATA, PackedLinear.SCALES, PackedLinear.INPUT_SCALES)) {
            parts.add(name + part);
        }
        return parts;
    }

    private void requireLayout() throws CheckpointException {
        String layout = file.metadata().get(LAYOUT_KEY);
        if (!LAYOUT.equals(layout)) {
            throw file.bad("its packed weights are in layout " + MappedFile.quoted(String.valueOf(layout))
                    + ", this version of sam reads layout " + LAYOUT + "; convert the original checkpoint again");
        }
    }

    private PackedLinear packed(String name, long[] shape, Tensor values) throws CheckpointException {
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        DType dtype = values.dtype();
        if (dtype != DType.I8 && dtype != DType.BF16) {
            throw bad(name + PackedLinear.VALUES, "should have I8 or BF16 values, got " + values);
        }
        Tensor metadata = part(name + PackedLinear.METADATA, DType.I32, TwoFourMetadata.shape(dtype, rows, columns));
        if (metadata != null && columns % 4 != 0) {
            throw bad(name, "has " + columns + " columns, which groups of four do not fill");
        }
        require(
                name + PackedLinear.VALUES,
                values,
                dtype,
                PackedLinear.valuesShape(dtype, rows, columns, metadata != null));
        boolean int8 = dtype == DType.I8;
        Tensor scales = part(name + PackedLinear.SCALES, DType.F32, rows);
        Tensor inputScales = part(name + PackedLinear.INPUT_SCALES, DType.F32, columns);
        if ((scales != null) != int8 || (inputScales != null && !int8)) {
            throw bad(name, int8 ? "is int8 and lacks its scales" : "is bf16 and has scales, which only int8 has");
        }
        return new PackedLinear(rows, columns, values, metadata, scales, inputScales);
    }

    private @Nullable Tensor part(String name, DType dtype, long... shape) throws CheckpointException {
        Tensor tensor = file.tensors().get(name);
        if (tensor != null) {
            require(name, tensor, dtype, shape);
        }
        return tensor;
    }

    private void require(String name, Tensor tensor, DType dtype, long[] shape) throws CheckpointException {
        if (tensor.dtype() != dtype || !Arrays.equals(tensor.shape(), shape)) {
            throw bad(name, "should be " + dtype + " " + Arrays.toString(shape) + ", got " + tensor);
        }
    }

    private CheckpointException bad(String tensor, String sentence) {
        return file.bad("tensor " + MappedFile.quoted(tensor) + " " + sentence);
    }
}
