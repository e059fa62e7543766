package org.samfast.cuda.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.image.CropBox;
import org.samfast.image.Size;
import org.samfast.mask.MaskEdges;

/**
 * Which upscaled masks are stable and do not end where their crop does, their edges, and the pixels where they change down
 * the columns. Kernel: mask/trace_candidates.cu.
 */
public final class TraceCandidates {
    private static final int THREADS = 128;
    /** Edges and changes of as many columns as a block has threads. */
    private static final int PART_BYTES = 5 * Integer.BYTES;

    private final KernelFunction measure;
    private final KernelFunction judge;
    private final KernelFunction write;

    public TraceCandidates(Device device) {
        measure = device.function("mask/trace_candidates", "measure_columns");
        judge = device.function("mask/trace_candidates", "judge_candidates");
        write = device.function("mask/trace_candidates", "write_changes");
    }

    /** Bytes that a mask takes while it is traced. */
    public static long bytes(Size image) {
        return (long) parts(image) * PART_BYTES;
    }

    private static int parts(Size image) {
        return Math.ceilDiv(image.width(), THREADS);
    }

    /**
     * What is known of a mask.
     *
     * @param plane {@code 4 * pair + output}
     * @param stability its stability score
     * @param runs {@link #UNSTABLE}, {@link #CUT}, or how many runs its pixels have
     * @param edges in the frame of the crop
     * @param at where its {@code runs - 1} changes begin
     */
    public record Traced(int plane, float iou, float stability, int runs, MaskEdges edges, long at) {
        /** In bytes on the device. */
        public static final int BYTES = 40;

        /** In the place of runs, of a mask that is not stable enough. */
        public static final int UNSTABLE = -1;

        /** In the place of runs, of a mask that ends where its crop does. */
        public static final int CUT = 0;

        /** The record of that index. */
        public static Traced of(MemorySegment records, int index) {
            MemorySegment record = records.asSlice((long) index * BYTES, BYTES);
            MaskEdges edges = new MaskEdges(intAt(record, 4), intAt(record, 5), intAt(record, 6), intAt(record, 7));
            return new Traced(
                    intAt(record, 0),
                    Float.intBitsToFloat(intAt(record, 1)),
                    Float.intBitsToFloat(intAt(record, 2)),
                    intAt(record, 3),
                    edges,
                    record.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * Integer.BYTES));
        }

        private static int intAt(MemorySegment record, int index) {
            return record.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * Integer.BYTES);
        }

        /** The pair that it is an output of. */
        public int pair() {
            return plane / SelectCandidates.MASKS;
        }

        /** Whether it passed all filters. */
        public boolean kept() {
            return runs > CUT;
        }
    }

    /**
     * @param bits [masks][ceil(height / 32)][width] words, from {@link UpscaleBits}
     * @param planes [masks] int
     * @param count [1] int, how many masks there are, at most {@code masks}
     * @param passed [masks][2] int, from {@link UpscaleBits}
     * @param iou [..][4] fp32
     * @param parts room for [masks] times {@link #bytes}
     * @param records takes [masks] {@link Traced}
     * @param cursor [1] u64, how many changes there are already; grows by those of the masks, also past the end of changes,
     *     where nothing is written
     * @param changes takes int: column * height + row of each pixel unlike the one before it
     * @param crop where the masks lie in the image
     * @param minStability the stability score is at least that; 0 or less keeps all
     */
    public void launch(
            Stream stream,
            DeviceBuffer bits,
            DeviceBuffer planes,
            DeviceBuffer count,
            DeviceBuffer passed,
            DeviceBuffer iou,
            DeviceBuffer parts,
            DeviceBuffer records,
            DeviceBuffer cursor,
            DeviceBuffer changes,
            int masks,
            CropBox crop,
            Size image,
            float minStability) {
        Size size = crop.size();
        Check.u8("bits", bits, masks, UpscaleBits.bytes(size));
        Check.ints("planes", planes, masks);
        Check.ints("count", count, 1);
        Check.ints("passed", passed, masks, 2);
        Check.bytes("iou", iou, Element.FP32, Math.ceilDiv(masks, SelectCandidates.OUTPUTS), SelectCandidates.MASKS);
        Check.u8("parts", parts, masks, bytes(size));
        Check.u8("records", records, masks, Traced.BYTES);
        Check.u8("cursor", cursor, Long.BYTES);
        int width = size.width();
        int height = size.height();
        Grid columns = Grid.of(parts(size), masks);
        Block block = Block.of(THREADS);
        measure.launch(stream, columns, block, 0, bits, count, passed, parts, width, height, minStability);
        Object[] all = {
            planes,
            count,
            passed,
            iou,
            parts,
            records,
            cursor,
            width,
            height,
            crop.x0(),
            crop.y0(),
            image.width(),
            image.height(),
            minStability
        };
        judge.launch(stream, Grid.of(Math.ceilDiv(masks, THREADS)), block, 0, all);
        long room = changes.bytes() / Integer.BYTES;
        write.launch(stream, columns, block, 0, bits, count, parts, records, changes, room, width, height);
    }
}
