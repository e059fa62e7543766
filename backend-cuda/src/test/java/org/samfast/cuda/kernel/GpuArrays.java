package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.tensor.Bfloat16;

/**
 * The device of a kernel test and its arrays: {@code @RegisterExtension static final GpuArrays gpu = new GpuArrays();}. Opens
 * the device once per class, fails where there is none, and frees after each test what the test made.
 *
 * <p>Every array lies between guard bands. {@link #runTwice} poisons the outputs with NaN, runs, checks all guard bands, and
 * runs again to compare bits.
 */
public final class GpuArrays implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final int GUARD_BYTES = 256;
    private static final byte GUARD = (byte) 0xA5;
    /** Four of them are a float NaN, two a bf16 NaN. */
    private static final byte POISON = (byte) 0xFF;

    /** An array on the GPU between two guard bands. */
    public record Array(String name, DeviceBuffer whole, DeviceBuffer buffer, Element element) {}

    private final List<Array> arrays = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private @Nullable Device device;
    private @Nullable Stream stream;

    @Override
    public void beforeAll(ExtensionContext context) {
        Device opened = Device.open();
        opened.trace(trace::add);
        device = opened;
        stream = opened.newStream();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        arrays.forEach(array -> array.whole().close());
        arrays.clear();
        trace.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (stream != null) {
            stream.close();
        }
        if (device != null) {
            device.close();
        }
    }

    public Device device() {
        return Objects.requireNonNull(device);
    }

    public Stream stream() {
        return Objects.requireNonNull(stream);
    }

    /** The entries launched so far in this test. */
    public List<String> trace() {
        return List.copyOf(trace);
    }

    /** An input: the values rounded to the element. */
    public DeviceBuffer of(Element element, float... values) {
        return upload("input", element, packed(element, values));
    }

    public DeviceBuffer floats(float... values) {
        return of(Element.FP32, values);
    }

    public DeviceBuffer ints(int... values) {
        byte[] packed = new byte[values.length * Integer.BYTES];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
        return upload("input", Element.FP32, packed);
    }

    public DeviceBuffer bytes(byte... values) {
        return upload("input", Element.FP32, values);
    }

    /** An output of that many elements, full of NaN. */
    public Array output(String name, Element element, long elements) {
        return array(name, element, elements * element.bytes());
    }

    /** An output of bytes. */
    public Array outputBytes(String name, long bytes) {
        return array(name, Element.FP32, bytes);
    }

    private DeviceBuffer upload(String name, Element element, byte[] bytes) {
        Array array = array(name, element, bytes.length);
        array.buffer().upload(stream(), MemorySegment.ofArray(bytes));
        return array.buffer();
    }

    private Array array(String name, Element element, long bytes) {
        DeviceBuffer whole = device().allocate(name, bytes + 2 * GUARD_BYTES);
        whole.fill(stream(), GUARD);
        Array array = new Array(name, whole, whole.slice(GUARD_BYTES, bytes), element);
        array.buffer().fill(stream(), POISON);
        arrays.add(array);
        return array;
    }

    /** Runs twice over poisoned outputs: the same bits, and nothing written outside any array. */
    public void runTwice(Runnable launches, Array... outputs) {
        List<byte[]> first = run(launches, outputs);
        List<byte[]> second = run(launches, outputs);
        for (int i = 0; i < outputs.length; i++) {
            assertThat(Arrays.mismatch(first.get(i), second.get(i)))
                    .as("first byte of %s that differs in a second run", outputs[i].name())
                    .isEqualTo(-1);
        }
    }

    private List<byte[]> run(Runnable launches, Array... outputs) {
        for (Array output : outputs) {
            output.buffer().fill(stream(), POISON);
        }
        launches.run();
        stream().synchronize();
        checkGuards();
        return Arrays.stream(outputs).map(output -> bytes(output.buffer())).toList();
    }

    /** Nothing was written outside any array. */
    public void checkGuards() {
        arrays.forEach(this::checkGuards);
    }

    private void checkGuards(Array array) {
        DeviceBuffer whole = array.whole();
        for (long at : new long[] {0, whole.bytes() - GUARD_BYTES}) {
            assertThat(bytes(whole.slice(at, GUARD_BYTES)))
                    .as("guard band %s %s", at == 0 ? "before" : "after", array.name())
                    .containsOnly(GUARD);
        }
    }

    /** The contents of an output. */
    public float[] floats(Array array) {
        return unpacked(array.element(), bytes(array.buffer()));
    }

    /** The contents of any buffer. */
    public byte[] bytes(DeviceBuffer buffer) {
        byte[] bytes = new byte[Math.toIntExact(buffer.bytes())];
        buffer.download(stream(), MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Normal values with a fixed seed, times scale. */
    public static float[] random(long seed, int count, float scale) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }

    /** What a kernel sees of the values: in bf16 rounded to nearest, ties to even. */
    public static float[] rounded(Element element, float... values) {
        return unpacked(element, packed(element, values));
    }

    /** ‖out−ref‖ / ‖ref‖ over all elements; NaN where the kernel left a NaN. */
    public static double relativeError(float[] out, float[] reference) {
        double[] wide = new double[reference.length];
        Arrays.setAll(wide, i -> reference[i]);
        return relativeError(out, wide);
    }

    public static double relativeError(float[] out, double[] reference) {
        assertThat(out).hasSameSizeAs(reference);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < reference.length; i++) {
            difference += (out[i] - reference[i]) * (out[i] - reference[i]);
            norm += reference[i] * reference[i];
        }
        return Math.sqrt(difference / norm);
    }

    private static byte[] packed(Element element, float... values) {
        byte[] packed = new byte[Math.multiplyExact(values.length, element.bytes())];
        ByteBuffer bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (element == Element.FP32) {
                bytes.putFloat(value);
            } else {
                bytes.putShort(Bfloat16.round(value));
            }
        }
        return packed;
    }

    private static float[] unpacked(Element element, byte[] packed) {
        ByteBuffer bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[packed.length / element.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = element == Element.FP32 ? bytes.getFloat() : Bfloat16.widen(bytes.getShort());
        }
        return values;
    }
}
