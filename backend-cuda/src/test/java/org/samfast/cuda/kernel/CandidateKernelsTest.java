package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.kernel.TraceCandidates.Traced;
import org.samfast.image.CropBox;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.RunLength;

/** The kernels of everything mode's filters against plain Java. */
@Tag("gpu")
class CandidateKernelsTest {
    private static final int PLANE = LowResLogits.SIDE * LowResLogits.SIDE;
    private static final float OFFSET = 0.7f;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @ValueSource(floats = {0, 0.3f, 9, -1})
    void selectsWhatIsRatedAboveTheThresholdInItsOrder(float threshold) {
        int pairs = 701;
        float[] iou = GpuArrays.random(3, 4 * pairs, 1);
        iou[1] = 0.3f;
        List<Integer> expected = new ArrayList<>();
        for (int plane = 0; plane < iou.length; plane++) {
            if (plane % 4 != 0 && (threshold <= 0 || iou[plane] > threshold)) {
                expected.add(plane);
            }
        }
        GpuArrays.Array planes = gpu.outputBytes("planes", 12L * pairs);
        GpuArrays.Array count = gpu.outputBytes("count", 4);
        GpuArrays.Array passed = gpu.outputBytes("passed", 24L * pairs);
        DeviceBuffer ratings = gpu.floats(iou);
        SelectCandidates kernel = new SelectCandidates(gpu.device());
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(), ratings, planes.buffer(), count.buffer(), passed.buffer(), pairs, threshold),
                planes,
                count,
                passed);
        assertThat(ints(count)[0]).isEqualTo(expected.size());
        for (int i = 0; i < 3 * pairs; i++) {
            boolean kept = i < expected.size();
            assertThat(ints(planes)[i]).isEqualTo(kept ? expected.get(i) : -1);
            assertThat(ints(passed)[2 * i]).isEqualTo(kept ? 0 : -1);
            assertThat(ints(passed)[2 * i + 1]).isEqualTo(kept ? 0 : -1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2000", "2000, 3", "37, 53", "800, 534", "1800, 1200", "1024, 1024", "33, 64", "5000, 1"})
    void bitsAndCountsAreThoseOfJava(int width, int height) {
        bitsAndCountsAreThoseOfJava(width, height, OFFSET);
        bitsAndCountsAreThoseOfJava(width, height, 0);
    }

    private static void bitsAndCountsAreThoseOfJava(int width, int height, float offset) {
        Size size = new Size(width, height);
        MaskPrediction prediction = prediction(size);
        int[] planes = {3, 0, 5, 7};
        int selected = 3;
        int words = Math.ceilDiv(height, 32);
        GpuArrays.Array bits = gpu.outputBytes("bits", planes.length * UpscaleBits.bytes(size));
        DeviceBuffer values = gpu.floats(prediction.logits().values());
        DeviceBuffer which = gpu.ints(planes);
        DeviceBuffer count = gpu.ints(selected);
        DeviceBuffer passed = gpu.ints(new int[2 * planes.length]);
        UpscaleBits kernel = new UpscaleBits(gpu.device());
        ResizeLongestSide frame = ResizeLongestSide.of(size);
        gpu.runTwice(
                () -> {
                    passed.fill(gpu.stream(), (byte) 0);
                    kernel.launch(
                            gpu.stream(), values, which, count, bits.buffer(), passed, planes.length, frame, offset);
                },
                bits);
        int[] got = ints(bits);
        int[] counts = ints(gpu.bytes(passed));
        for (int i = 0; i < planes.length; i++) {
            int[] expected = new int[words * width];
            int[] above = new int[2];
            if (i < selected) {
                float[] logits = MaskUpscale.logits(prediction, planes[i] / 4, planes[i] % 4);
                expected = bits(size, logits);
                for (float logit : logits) {
                    above[0] += logit > offset ? 1 : 0;
                    above[1] += logit > -offset ? 1 : 0;
                }
            } else {
                Arrays.fill(expected, -1);
            }
            int[] own = Arrays.copyOfRange(got, i * words * width, (i + 1) * words * width);
            assertThat(Arrays.mismatch(own, expected))
                    .as("first word of mask %s that differs", i)
                    .isEqualTo(-1);
            assertThat(List.of(counts[2 * i], counts[2 * i + 1])).isEqualTo(List.of(above[0], above[1]));
        }
    }

    /**
     * Noise; a plane of one size and either sign: where they meet, many sums are 0 or not by their last bit; and one above the
     * thresholds at its top and below them at its bottom.
     */
    private static MaskPrediction prediction(Size size) {
        float[] logits = GpuArrays.random(1, 2 * LowResLogits.MASKS * PLANE, 1);
        for (int i = 0; i < PLANE; i++) {
            logits[i] = Math.copySign(0.1f, logits[i]);
            int row = i / LowResLogits.SIDE;
            logits[5 * PLANE + i] += row < 100 ? 5 : row > 160 ? -5 : 0;
        }
        float[] ratings = GpuArrays.random(2, 2 * LowResLogits.MASKS, 1);
        return new MaskPrediction(size, new LowResLogits(logits, 2), ratings);
    }

    private static int[] bits(Size size, float[] logits) {
        int[] bits = new int[Math.ceilDiv(size.height(), 32) * size.width()];
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                bits[y / 32 * size.width() + x] |= logits[y * size.width() + x] > 0 ? 1 << y % 32 : 0;
            }
        }
        return bits;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2000", "2000, 3", "37, 53", "800, 534", "33, 64", "513, 96"})
    void edgesRunsAndFiltersAreThoseOfJava(int width, int height) {
        Size size = new Size(width, height);
        Trace trace = new Trace(new CropBox(0, 0, width, height), size, 0);
        trace.run(1 << 22);
        for (int i = 0; i < Trace.MASKS; i++) {
            trace.check(i);
        }
    }

    @Test
    void masksThatEndWithTheCropAreCutAndUnstableOnesAreKnown() {
        Trace trace = new Trace(new CropBox(100, 50, 400, 350), new Size(900, 700), 0.5f);
        trace.run(1 << 20);
        for (int i = 0; i < Trace.MASKS; i++) {
            trace.check(i);
        }
        assertThat(trace.records.stream().map(Traced::runs)).contains(Traced.UNSTABLE, Traced.CUT);
        assertThat(trace.records).anyMatch(Traced::kept);
    }

    @Test
    void whereTheRoomEndsNothingIsWrittenButItIsKnownHowMuchIsNeeded() {
        Size size = new Size(300, 200);
        Trace all = new Trace(CropBox.whole(size), size, 0);
        long needed = all.run(1 << 22);
        Trace less = new Trace(CropBox.whole(size), size, 0);
        assertThat(less.run(10)).isEqualTo(needed).isGreaterThan(10);
    }

    /** Masks of several shapes through the tracing kernel. */
    private static final class Trace {
        static final int MASKS = 6;

        private final CropBox crop;
        private final Size image;
        private final float minStability;
        private final List<float[]> logits = new ArrayList<>();
        private final int[] passed = new int[2 * MASKS];
        private final float[] ratings = GpuArrays.random(4, 4 * MASKS, 1);
        private final List<Traced> records = new ArrayList<>();
        private int[] changes = new int[0];

        Trace(CropBox crop, Size image, float minStability) {
            this.crop = crop;
            this.image = image;
            this.minStability = minStability;
            for (int i = 0; i < MASKS; i++) {
                logits.add(shape(i));
                passed[2 * i] = i == 3 ? 1 : 80;
                passed[2 * i + 1] = i == 4 ? 0 : 100;
            }
        }

        /** Empty, full, noise, noise, a rectangle in the middle, one at the edge. */
        private float[] shape(int kind) {
            Size size = crop.size();
            float[] plane = GpuArrays.random(kind, Math.toIntExact(size.area()), 1);
            for (int i = 0; i < plane.length; i++) {
                int x = i % size.width();
                int y = i / size.width();
                boolean inside = x >= size.width() / 4
                        && x <= size.width() / 2
                        && y >= size.height() / 3
                        && y < size.height() - size.height() / 3;
                plane[i] = switch (kind) {
                    case 0 -> -1;
                    case 1 -> 1;
                    case 2, 3 -> plane[i];
                    case 4 -> inside ? 1 : -1;
                    default -> (x < 3 && y > 1) || inside ? 1 : -1;
                };
            }
            return plane;
        }

        long run(int capacity) {
            int words = Math.ceilDiv(crop.size().height(), 32) * crop.size().width();
            int[] all = new int[MASKS * words];
            for (int i = 0; i < MASKS; i++) {
                System.arraycopy(bits(crop.size(), logits.get(i)), 0, all, i * words, words);
            }
            DeviceBuffer bits = gpu.ints(all);
            DeviceBuffer planes = gpu.ints(5, 1, 2, 9, 13, 22);
            DeviceBuffer count = gpu.ints(MASKS);
            DeviceBuffer above = gpu.ints(passed);
            DeviceBuffer iou = gpu.floats(ratings);
            GpuArrays.Array out = gpu.outputBytes("records", (long) MASKS * Traced.BYTES);
            GpuArrays.Array at = gpu.outputBytes("cursor", Long.BYTES);
            GpuArrays.Array pixels = gpu.outputBytes("changes", 4L * capacity);
            GpuArrays.Array parts = gpu.outputBytes("parts", MASKS * TraceCandidates.bytes(crop.size()));
            TraceCandidates kernel = new TraceCandidates(gpu.device());
            at.buffer().fill(gpu.stream(), (byte) 0);
            kernel.launch(
                    gpu.stream(),
                    bits,
                    planes,
                    count,
                    above,
                    iou,
                    parts.buffer(),
                    out.buffer(),
                    at.buffer(),
                    pixels.buffer(),
                    MASKS,
                    crop,
                    image,
                    minStability);
            gpu.stream().synchronize();
            gpu.checkGuards();
            MemorySegment written = MemorySegment.ofArray(gpu.bytes(out.buffer()));
            for (int i = 0; i < MASKS; i++) {
                records.add(Traced.of(written, i));
            }
            changes = ints(pixels);
            return ints(at)[0];
        }

        void check(int i) {
            Traced got = records.get(i);
            float stability = (float) passed[2 * i] / passed[2 * i + 1];
            assertThat(got.plane()).isEqualTo(new int[] {5, 1, 2, 9, 13, 22}[i]);
            assertThat(got.iou()).isEqualTo(ratings[got.plane()]);
            assertThat(got.stability()).isEqualTo(stability);
            if (minStability > 0 && !(stability >= minStability)) {
                assertThat(got.runs()).isEqualTo(Traced.UNSTABLE);
                return;
            }
            BinaryMask mask = mask(logits.get(i));
            MaskEdges edges = MaskEdges.of(mask);
            assertThat(got.edges()).as("edges of %s", i).isEqualTo(edges);
            int[] counts = RunLength.of(mask).counts();
            if (cut(edges)) {
                assertThat(got.runs()).isEqualTo(Traced.CUT);
                return;
            }
            assertThat(got.runs()).as("runs of %s", i).isEqualTo(counts.length);
            int end = 0;
            for (int run = 0; run < counts.length - 1; run++) {
                end += counts[run];
                assertThat(changes[Math.toIntExact(got.at()) + run]).isEqualTo(end);
            }
        }

        private BinaryMask mask(float[] plane) {
            byte[] pixels = new byte[plane.length];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (plane[i] > 0 ? 1 : 0);
            }
            return new BinaryMask(crop.size(), pixels);
        }

        /** Within 20 pixels of the crop's edge, and not of the image's. */
        private boolean cut(MaskEdges inCrop) {
            MaskEdges edges = inCrop.uncropped(crop);
            int[] own = {edges.left(), edges.top(), edges.right(), edges.bottom()};
            int[] crops = {crop.x0(), crop.y0(), crop.x1(), crop.y1()};
            int[] images = {0, 0, image.width(), image.height()};
            for (int i = 0; i < own.length; i++) {
                if (Math.abs(own[i] - crops[i]) <= 20 && Math.abs(own[i] - images[i]) > 20) {
                    return true;
                }
            }
            return false;
        }
    }

    private static int[] ints(GpuArrays.Array array) {
        return ints(gpu.bytes(array.buffer()));
    }

    private static int[] ints(byte[] bytes) {
        int[] ints = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ints);
        return ints;
    }
}
