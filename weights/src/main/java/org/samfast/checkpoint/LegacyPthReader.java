package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.tensor.Shape;
import org.samfast.tensor.Tensor;

/**
 * Reads the files of torch.save before PyTorch 1.6 ({@code _use_new_zipfile_serialization=False}): five pickles in a
 * row (magic number, protocol version, system, object, storage keys), then per key an int64 count and the raw elements
 * (torch/serialization.py, _legacy_save).
 */
final class LegacyPthReader {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;

    private final MappedFile file;
    private final ByteCursor cursor;

    static Map<String, Tensor> read(MappedFile file) throws CheckpointException {
        return new LegacyPthReader(file).read();
    }

    private LegacyPthReader(MappedFile file) {
        this.file = file;
        this.cursor = new ByteCursor(file, "pickle", file.bytes());
    }

    private Map<String, Tensor> read() throws CheckpointException {
        requireHeader();
        Pickle object = Unpickler.read(cursor);
        Map<String, PickledTensor> views = StateDict.of(object.value(), file);
        Map<String, MemorySegment> storages = storages(object.storages());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, PickledTensor> view : views.entrySet()) {
            MemorySegment bytes = storages.get(view.getValue().storage().key());
            if (bytes == null) {
                throw file.bad("tensor " + MappedFile.quoted(view.getKey()) + " lies in a storage the file lacks");
            }
            tensors.put(view.getKey(), view.getValue().in(bytes, view.getKey(), file));
        }
        return tensors;
    }

    private void requireHeader() throws CheckpointException {
        if (!Unpickler.read(cursor).value().equals(MAGIC)) {
            throw file.bad("this is a Python pickle, but not one that torch.save wrote; expected a PyTorch .pth"
                    + " or a .safetensors checkpoint");
        }
        if (!Unpickler.read(cursor).value().equals(PROTOCOL)) {
            throw file.bad("this is not version " + PROTOCOL + " of PyTorch's old format, the only one there is");
        }
        if (Unpickler.read(cursor).value() instanceof Map<?, ?> system
                && Boolean.FALSE.equals(system.get("little_endian"))) {
            throw file.bad(PthReader.BIG_ENDIAN);
        }
    }

    /** The bytes of every storage, which follow each other in the order of the keys. */
    private Map<String, MemorySegment> storages(Map<String, PickledStorage> described) throws CheckpointException {
        if (!(Unpickler.read(cursor).value() instanceof List<?> keys)) {
            throw cursor.bad("expected the list of storage keys");
        }
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Object key : keys) {
            PickledStorage storage = key instanceof String ? described.get(key) : null;
            if (storage == null) {
                throw cursor.bad("a storage that no tensor mentions");
            }
            long elements = cursor.i64();
            if (elements != storage.size()) {
                throw cursor.bad("a storage of " + elements + " elements where " + storage.size() + " were announced");
            }
            storages.put(
                    storage.key(),
                    cursor.slice(Shape.times(elements, storage.dtype().bytes())));
        }
        return storages;
    }
}
