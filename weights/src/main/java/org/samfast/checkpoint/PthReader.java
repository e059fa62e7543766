package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.samfast.tensor.Tensor;

/** Reads the zip archives of torch.save (PyTorch 1.6 and later): data.pkl describes, data/KEY holds the storages. */
final class PthReader {
    static final String BIG_ENDIAN =
            "this checkpoint was saved on a big-endian machine; save it again on a little-endian one";

    private static final String PICKLE = "/data.pkl";

    private final MappedFile file;
    private final Map<String, MemorySegment> entries;
    private final String folder;

    static Map<String, Tensor> read(MappedFile file) throws CheckpointException {
        return new PthReader(file).read();
    }

    private PthReader(MappedFile file) throws CheckpointException {
        this.file = file;
        this.entries = ZipDirectory.read(file);
        this.folder = folder();
    }

    /** The one top-level folder, named after the file that torch.save wrote. */
    private String folder() throws CheckpointException {
        List<String> pickles = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            String some =
                    entries.keySet().stream().limit(3).map(MappedFile::quoted).collect(Collectors.joining(", "));
            throw file.bad("this zip archive is no PyTorch checkpoint: expected one entry 'NAME/data.pkl', found "
                    + pickles.size() + " among " + entries.size() + " entries" + (some.isEmpty() ? "" : ": " + some));
        }
        return pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
    }

    private Map<String, Tensor> read() throws CheckpointException {
        MemorySegment byteOrder = entries.get(folder + "/byteorder");
        if (byteOrder != null && isBig(byteOrder)) {
            throw file.bad(BIG_ENDIAN);
        }
        ByteCursor cursor = new ByteCursor(file, "data.pkl", requireEntry(folder + PICKLE));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, PickledTensor> named :
                StateDict.of(Unpickler.read(cursor).value(), file).entrySet()) {
            tensors.put(named.getKey(), tensor(named.getKey(), named.getValue()));
        }
        return tensors;
    }

    private boolean isBig(MemorySegment byteOrder) throws CheckpointException {
        return new ByteCursor(file, "byteorder", byteOrder)
                .string(Math.min(8, byteOrder.byteSize()), StandardCharsets.US_ASCII)
                .startsWith("big");
    }

    private Tensor tensor(String name, PickledTensor view) throws CheckpointException {
        return view.in(requireEntry(folder + "/data/" + view.storage().key()), name, file);
    }

    private MemorySegment requireEntry(String name) throws CheckpointException {
        MemorySegment entry = entries.get(name);
        if (entry == null) {
            throw file.bad("the zip archive lacks its entry " + MappedFile.quoted(name)
                    + "; the file is damaged: get it again from where it came from");
        }
        return entry;
    }
}
