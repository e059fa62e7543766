package org.samfast.checkpoint;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one pickle of weights into plain values and executes nothing: names outside {@link AllowedGlobal} end the
 * reading, and calling an allowed one only builds a {@link PickledTensor} or a map. Knows the opcodes that torch.save
 * writes (protocol 2) and the plain ones of protocols 3 to 5 (Python's pickletools.py).
 *
 * <p>Values: String, Long, BigInteger, Double, Boolean, byte[], {@link PickleNone}, {@link PickleTuple}, List, Map in
 * file order, {@link AllowedGlobal}, {@link PickledStorage}, {@link PickledTensor}.
 */
final class Unpickler {
    private static final int HIGHEST_PROTOCOL = 5;
    /** Every opcode makes at most one value and one memo entry, so this bounds memory, stack and memo; SAM needs 10^5. */
    private static final int MOST_OPCODES = 2_000_000;

    private static final long MOST_BYTES = 64L << 20;
    private static final int LONGEST_STRING = 1 << 20;
    private static final int DEEPEST = 256;

    private final ByteCursor in;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private final Map<String, PickledStorage> storages = new HashMap<>();

    /** The value of the pickle at the cursor, which ends up just behind it. */
    static Pickle read(ByteCursor in) throws CheckpointException {
        Unpickler unpickler = new Unpickler(in);
        return new Pickle(unpickler.run(), unpickler.storages);
    }

    private Unpickler(ByteCursor in) {
        this.in = in;
    }

    private Object run() throws CheckpointException {
        long start = in.position();
        for (int opcodes = 0; opcodes < MOST_OPCODES && in.position() - start < MOST_BYTES; opcodes++) {
            int opcode = in.u8();
            if (opcode == '.') {
                return pop();
            }
            execute(opcode);
        }
        throw in.bad("the pickle is longer than that of any checkpoint of weights");
    }

    private void execute(int opcode) throws CheckpointException {
        switch (opcode) {
            case 0x80 -> protocol(in.u8());
            case 0x95 -> in.skip(8); // FRAME: a hint for buffering
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> popToMark();
            case 'N' -> push(PickleNone.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.i32());
            case 'K' -> push((long) in.u8());
            case 'M' -> push((long) in.u16());
            case 0x8a -> push(integer(in.bytes(in.u8())));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
            case 'X' -> push(text(in.u32()));
            case 0x8c -> push(text(in.u8()));
            case 0x8d -> push(text(in.i64()));
            case 'T' -> push(latin1(in.u32()));
            case 'U' -> push(latin1(in.u8()));
            case 'B' -> push(in.bytes(shortEnough(in.u32())));
            case 'C' -> push(in.bytes(in.u8()));
            case '}' -> push(new LinkedHashMap<Object, Object>());
            case ']' -> push(new ArrayList<Object>());
            case ')' -> push(new PickleTuple(List.of()));
            case 't' -> push(new PickleTuple(popToMark()));
            case 0x85 -> push(new PickleTuple(popLast(1)));
            case 0x86 -> push(new PickleTuple(popLast(2)));
            case 0x87 -> push(new PickleTuple(popLast(3)));
            case 'a' -> append(popLast(1));
            case 'e' -> append(popToMark());
            case 's' -> setItems(popLast(2));
            case 'u' -> setItems(popToMark());
            case 'q' -> remember(in.u8());
            case 'r' -> remember(in.u32());
            case 0x94 -> remember(memo.size());
            case 'h' -> push(remembered(in.u8()));
            case 'j' -> push(remembered(in.u32()));
            case 'c' -> push(global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'R' -> reduce();
            case 'b' -> build();
            case 'Q' -> push(storage());
            default -> throw in.bad(String.format("opcode 0x%02x, which no pickle of weights has", opcode));
        }
    }

    private void protocol(int version) throws CheckpointException {
        if (version > HIGHEST_PROTOCOL) {
            throw in.bad("pickle protocol " + version + ", the highest known is " + HIGHEST_PROTOCOL);
        }
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() throws CheckpointException {
        return popLast(1).getFirst();
    }

    private List<Object> popLast(int count) throws CheckpointException {
        int floor = marks.isEmpty() ? 0 : marks.getLast();
        if (stack.size() - floor < count) {
            throw in.bad("the pickle takes a value where there is none");
        }
        List<Object> top = stack.subList(stack.size() - count, stack.size());
        List<Object> values = new ArrayList<>(top);
        top.clear();
        return values;
    }

    private void mark() throws CheckpointException {
        if (marks.size() == DEEPEST) {
            throw in.bad("the pickle is nested more than " + DEEPEST + " deep");
        }
        marks.add(stack.size());
    }

    private List<Object> popToMark() throws CheckpointException {
        if (marks.isEmpty()) {
            throw in.bad("the pickle closes a group that it did not open");
        }
        List<Object> values = popLast(stack.size() - marks.getLast());
        marks.removeLast();
        return values;
    }

    private void remember(long key) throws CheckpointException {
        Object top = pop();
        push(top);
        memo.put(key, top);
    }

    private Object remembered(long key) throws CheckpointException {
        Object value = memo.get(key);
        if (value == null) {
            throw in.bad("the pickle asks for memo " + key + ", which it did not fill");
        }
        return value;
    }

    private long shortEnough(long length) throws CheckpointException {
        if (length < 0 || length > LONGEST_STRING) {
            throw in.bad("a string of " + Long.toUnsignedString(length) + " bytes, the longest allowed is "
                    + LONGEST_STRING);
        }
        return length;
    }

    private String text(long length) throws CheckpointException {
        return in.string(shortEnough(length), StandardCharsets.UTF_8);
    }

    private String latin1(long length) throws CheckpointException {
        return in.string(shortEnough(length), StandardCharsets.ISO_8859_1);
    }

    /** LONG1: two's complement, little-endian. */
    private static Object integer(byte[] bytes) {
        byte[] bigEndian = new byte[bytes.length + 1];
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[bytes.length - i] = bytes[i];
        }
        bigEndian[0] = (byte) (bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0);
        BigInteger value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String line() throws CheckpointException {
        StringBuilder line = new StringBuilder();
        for (int c = in.u8(); c != '\n'; c = in.u8()) {
            line.append((char) c);
            shortEnough(line.length());
        }
        return line.toString();
    }

    private void append(List<Object> values) throws CheckpointException {
        if (!(top() instanceof List<?> list)) {
            throw in.bad("the pickle appends to something that is not a list");
        }
        listOfObjects(list).addAll(values);
    }

    private void setItems(List<Object> keysAndValues) throws CheckpointException {
        if (!(top() instanceof Map<?, ?> map) || keysAndValues.size() % 2 != 0) {
            throw in.bad("the pickle sets items of something that is not a dict");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            PickleDict.put(mapOfObjects(map), keysAndValues.get(i), keysAndValues.get(i + 1), in);
        }
    }

    @SuppressWarnings("unchecked") // every List on the stack was made by EMPTY_LIST
    private static List<Object> listOfObjects(List<?> list) {
        return (List<Object>) list;
    }

    @SuppressWarnings("unchecked") // every Map on the stack was made by EMPTY_DICT or OrderedDict
    private static Map<Object, Object> mapOfObjects(Map<?, ?> map) {
        return (Map<Object, Object>) map;
    }

    private Object top() throws CheckpointException {
        Object top = pop();
        push(top);
        return top;
    }

    private void stackGlobal() throws CheckpointException {
        List<Object> names = popLast(2);
        if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
            throw in.bad("the pickle asks for a global whose name is not text");
        }
        push(global(module, name));
    }

    private AllowedGlobal global(String module, String name) throws CheckpointException {
        return AllowedGlobal.of(module, name).orElseThrow(() -> refused(module, name));
    }

    private CheckpointException refused(String module, String name) {
        boolean wholeModel = module.startsWith("torch") || module.contains("segment_anything");
        return in.file()
                .bad("the pickle asks for " + MappedFile.quoted(module + "." + name)
                        + ", which a checkpoint of weights never needs; nothing was executed: "
                        + (wholeModel
                                ? "if you trust the file, save its model's state_dict() with torch.save instead"
                                : "do not load it elsewhere either, get the checkpoint from its official source"));
    }

    /** Every mention of a key must describe the same storage, for its type tells how many bytes it has. */
    private PickledStorage storage() throws CheckpointException {
        PickledStorage storage = PickledStorage.of(pop(), in);
        PickledStorage first = storages.putIfAbsent(storage.key(), storage);
        if (first != null && (first.dtype() != storage.dtype() || first.size() != storage.size())) {
            throw in.bad("storage " + MappedFile.quoted(storage.key()) + " is described in two ways");
        }
        return storage;
    }

    private void reduce() throws CheckpointException {
        List<Object> call = popLast(2);
        if (!(call.get(0) instanceof AllowedGlobal global) || !(call.get(1) instanceof PickleTuple arguments)) {
            throw in.bad("the pickle calls something that is not a function");
        }
        push(
                switch (global) {
                    case ORDERED_DICT -> PickleDict.ordered(arguments, in);
                    case REBUILD_TENSOR -> PickledTensor.of(arguments, in);
                    case REBUILD_PARAMETER -> PickledTensor.ofParameter(arguments, in);
                    default -> throw in.bad("the pickle calls a storage class");
                });
    }

    /** Only an OrderedDict has state worth accepting: its {@code _metadata}, which says nothing about the weights. */
    private void build() throws CheckpointException {
        pop();
        if (!(top() instanceof Map<?, ?>)) {
            throw in.bad("the pickle sets the state of something that is not an OrderedDict");
        }
    }
}
