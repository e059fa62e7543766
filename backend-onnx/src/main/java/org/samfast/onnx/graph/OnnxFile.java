package org.samfast.onnx.graph;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A model as a file: the weights in it or, where they pass what a protobuf message may hold, in one file beside it. */
public final class OnnxFile {
    private static final long MOST_INSIDE = 2_000_000_000L;
    /** So that a reader can map a weight. */
    private static final long ALIGNMENT = 4096;

    private static final int RAW_DATA = 9;

    private final OnnxModel model;
    private final Map<String, String> metadata;
    private final Path file;
    private final long mostInside;

    /**
     * @param metadata for the file's metadata_props
     * @param file where it will be; weights beside it take its name and {@code .data}
     */
    public OnnxFile(OnnxModel model, Map<String, String> metadata, Path file) {
        this(model, metadata, file, MOST_INSIDE);
    }

    OnnxFile(OnnxModel model, Map<String, String> metadata, Path file, long mostInside) {
        this.model = model;
        this.metadata = new LinkedHashMap<>(metadata);
        this.file = file;
        this.mostInside = mostInside;
    }

    /** Whether a file begins as one of standard operators with that metadata does. */
    public static boolean isExported(Path file, Map<String, String> metadata) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        byte[] start = OnnxModel.header(OperatorSet.STANDARD.header(), metadata);
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(start.length), start);
        }
    }

    /**
     * Writes it, and what lies beside it; of the weights one at a time is in memory.
     *
     * @param next hears each weight's name before it is written
     */
    public void write(Consumer<String> next) throws IOException {
        long bytes = model.weights().stream().mapToLong(Initializer::bytes).sum();
        if (bytes <= mostInside) {
            writeInside(next);
        } else {
            writeBeside(next);
        }
    }

    private void writeInside(Consumer<String> next) throws IOException {
        List<ProtoWriter> tensors =
                model.weights().stream().map(OnnxFile::headOfTensor).toList();
        long length = model.graph().length;
        for (int i = 0; i < tensors.size(); i++) {
            long tensor = tensors.get(i).size() + model.weights().get(i).bytes();
            length += new ProtoWriter().length(OnnxProto.INITIALIZER, tensor).size() + tensor;
        }
        try (FileChannel out = created(file)) {
            writeStart(out, length);
            for (int i = 0; i < tensors.size(); i++) {
                Initializer weight = model.weights().get(i);
                next.accept(weight.name());
                long tensor = tensors.get(i).size() + weight.bytes();
                write(
                        out,
                        new ProtoWriter()
                                .length(OnnxProto.INITIALIZER, tensor)
                                .raw(tensors.get(i).toByteArray()));
                write(out, weight);
            }
        }
    }

    /** All of a tensor but its values. */
    private static ProtoWriter headOfTensor(Initializer weight) {
        return OnnxProto.tensor(weight.name(), weight.type().code(), weight.shape())
                .length(RAW_DATA, weight.bytes());
    }

    private void writeBeside(Consumer<String> next) throws IOException {
        Path data = file.resolveSibling(file.getFileName() + ".data");
        ProtoWriter tensors = new ProtoWriter();
        try (FileChannel out = created(data)) {
            for (Initializer weight : model.weights()) {
                next.accept(weight.name());
                long offset = Math.ceilDiv(out.position(), ALIGNMENT) * ALIGNMENT;
                out.position(offset);
                write(out, weight);
                tensors.message(OnnxProto.INITIALIZER, OnnxProto.external(weight, where(data, offset, weight)));
            }
        }
        try (FileChannel out = created(file)) {
            writeStart(out, model.graph().length + (long) tensors.size());
            write(out, tensors);
        }
    }

    private static Map<String, String> where(Path data, long offset, Initializer weight) {
        Map<String, String> where = new LinkedHashMap<>();
        where.put("location", String.valueOf(data.getFileName()));
        where.put("offset", String.valueOf(offset));
        where.put("length", String.valueOf(weight.bytes()));
        return where;
    }

    private void writeStart(FileChannel out, long graphBytes) throws IOException {
        write(
                out,
                new ProtoWriter()
                        .raw(model.header(metadata))
                        .length(OnnxProto.GRAPH, graphBytes)
                        .raw(model.graph()));
    }

    private static FileChannel created(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void write(FileChannel out, Initializer weight) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            write(out, weight.values().in(arena));
        }
    }

    private static void write(FileChannel out, ProtoWriter fields) throws IOException {
        write(out, MemorySegment.ofArray(fields.toByteArray()));
    }

    private static void write(FileChannel out, MemorySegment bytes) throws IOException {
        ByteBuffer left = bytes.asByteBuffer();
        while (left.hasRemaining()) {
            out.write(left);
        }
    }
}
