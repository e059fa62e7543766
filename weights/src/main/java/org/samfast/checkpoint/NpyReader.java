package org.samfast.checkpoint;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;
import org.samfast.tensor.Tensor;

/** Reads a .npy file of float32 values in C order, versions 1 to 3 (numpy/lib/format.py). */
public final class NpyReader {
    private static final String MAGIC = "\u0093NUMPY";
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int MOST_DIMENSIONS = 8;
    /** numpy writes the keys in this order, whatever the version. */
    private static final Pattern HEADER = Pattern.compile(
            "\\{'descr': '([^']{1,16})', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\), *\\}");

    private final MappedFile file;
    private final ByteCursor cursor;

    /**
     * {@return the array, mapped for as long as it is in use}
     *
     * @param path of the file
     * @throws CheckpointException where the file is anything else
     */
    public static Tensor read(Path path) throws CheckpointException {
        return new NpyReader(MappedFile.map(path, Arena.ofAuto())).read();
    }

    private NpyReader(MappedFile file) {
        this.file = file;
        this.cursor = new ByteCursor(file, ".npy header", file.bytes());
    }

    private Tensor read() throws CheckpointException {
        Matcher header = HEADER.matcher(header());
        if (!header.matches()) {
            throw cursor.bad("expected {'descr': '<f4', 'fortran_order': False, 'shape': (...), }; save the array with"
                    + " numpy.save");
        }
        if (!header.group(1).equals("<f4") || header.group(2).equals("True")) {
            throw file.bad("expected little-endian float32 values in C order ('<f4'), got "
                    + MappedFile.quoted(header.group(1)) + (header.group(2).equals("True") ? " in Fortran order" : "")
                    + "; save numpy.ascontiguousarray(array, numpy.float32)");
        }
        long[] shape = shape(header.group(3));
        if (Shape.bytes(DType.F32, shape) != cursor.remaining()) {
            throw file.bad("float32 values of shape " + Arrays.toString(shape) + " do not fill the "
                    + cursor.remaining() + " bytes that follow the .npy header; the file is damaged or cut short");
        }
        return Tensor.rowMajor(DType.F32, shape, cursor.slice(cursor.remaining()));
    }

    private String header() throws CheckpointException {
        if (file.size() < 10 || !cursor.string(6, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            throw file.bad("this is not a .npy file (numpy.save)");
        }
        int version = cursor.u8();
        cursor.skip(1);
        if (version < 1 || version > 3) {
            throw file.bad(".npy version " + version + " is unknown, expected 1, 2 or 3");
        }
        long length = version == 1 ? cursor.u16() : cursor.u32();
        if (length > LONGEST_HEADER) {
            throw cursor.bad("a header of " + length + " bytes, the longest allowed is " + LONGEST_HEADER);
        }
        return cursor.string(length, StandardCharsets.UTF_8).strip();
    }

    private long[] shape(String text) throws CheckpointException {
        String[] sizes = Stream.of(text.split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .toArray(String[]::new);
        if (sizes.length > MOST_DIMENSIONS || Stream.of(sizes).anyMatch(size -> !size.matches("[0-9]{1,18}"))) {
            throw cursor.bad("expected a shape of up to " + MOST_DIMENSIONS + " sizes, got ("
                    + text.substring(0, Math.min(80, text.length())) + ")");
        }
        return Stream.of(sizes).mapToLong(Long::parseLong).toArray();
    }
}
