package org.samfast.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.tensor.DType;

/** Every Python name that a pickle of weights may mention, by exact name; none of them is ever executed. */
enum AllowedGlobal {
    ORDERED_DICT("collections", "OrderedDict", null),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor_v2", null),
    REBUILD_PARAMETER("torch._utils", "_rebuild_parameter", null),
    DOUBLE_STORAGE("torch", "DoubleStorage", DType.F64),
    FLOAT_STORAGE("torch", "FloatStorage", DType.F32),
    HALF_STORAGE("torch", "HalfStorage", DType.F16),
    BFLOAT16_STORAGE("torch", "BFloat16Storage", DType.BF16),
    LONG_STORAGE("torch", "LongStorage", DType.I64),
    INT_STORAGE("torch", "IntStorage", DType.I32),
    SHORT_STORAGE("torch", "ShortStorage", DType.I16),
    CHAR_STORAGE("torch", "CharStorage", DType.I8),
    BYTE_STORAGE("torch", "ByteStorage", DType.U8),
    BOOL_STORAGE("torch", "BoolStorage", DType.BOOL);

    private final String module;
    private final String simpleName;
    private final @Nullable DType dtype;

    AllowedGlobal(String module, String simpleName, @Nullable DType dtype) {
        this.module = module;
        this.simpleName = simpleName;
        this.dtype = dtype;
    }

    static Optional<AllowedGlobal> of(String module, String name) {
        return Arrays.stream(values())
                .filter(global -> global.module.equals(module) && global.simpleName.equals(name))
                .findFirst();
    }

    /** Element type of a storage class; empty for the others. */
    Optional<DType> storageType() {
        return Optional.ofNullable(dtype);
    }
}
