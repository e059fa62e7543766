package org.samfast.cuda.decoder;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.MaskPrompt;

/** A list of pairs as the kernels take it; padded to the longest prompt. */
final class PromptUpload implements AutoCloseable {
    private static final int NO_MASK = -1;

    final int pairs;
    /** Points per pair, padding included; at least 1, since a buffer holds something. */
    final int points;

    final int tokens;
    /** [pairs][points][2] fp32. */
    final DeviceBuffer coordinates;
    /** [pairs][points] int. */
    final DeviceBuffer labels;
    /** [pairs] int, real tokens. */
    final DeviceBuffer counts;
    /** [pairs] addresses of embeddings. */
    final DeviceBuffer embeddings;
    /** [pairs] int, which mask prompt, -1 for none. */
    final DeviceBuffer maskIndexes;
    /** [masks][256][256] fp32; {@link DeviceBuffer#NONE} where there are none. */
    final DeviceBuffer masks;

    private final Device device;
    private final Stream stream;
    private final List<DeviceBuffer> all = new ArrayList<>();

    PromptUpload(Device device, Stream stream, List<PromptPair> list) {
        this.device = device;
        this.stream = stream;
        pairs = list.size();
        tokens = list.stream().mapToInt(PromptPair::tokens).max().orElseThrow();
        points = Math.max(
                1, list.stream().mapToInt(pair -> pair.points().size()).max().orElseThrow());
        float[] xy = new float[pairs * points * 2];
        int[] kinds = new int[pairs * points];
        for (int i = 0; i < pairs; i++) {
            int at = i * points;
            for (EncoderPoint point : list.get(i).points()) {
                xy[2 * at] = point.x();
                xy[2 * at + 1] = point.y();
                kinds[at++] = point.label();
            }
        }
        coordinates = upload("point coordinates", MemorySegment.ofArray(xy));
        labels = upload("point labels", MemorySegment.ofArray(kinds));
        counts = uploadInts(
                "token counts", list.stream().mapToInt(PromptPair::tokens).toArray());
        embeddings = upload(
                "embedding addresses",
                MemorySegment.ofArray(list.stream()
                        .mapToLong(pair -> pair.embedding().address())
                        .toArray()));
        List<MaskPrompt> given = new ArrayList<>();
        maskIndexes = uploadInts(
                "mask indexes", list.stream().mapToInt(pair -> add(given, pair)).toArray());
        masks = given.isEmpty() ? DeviceBuffer.NONE : uploadMasks(given);
    }

    private static int add(List<MaskPrompt> masks, PromptPair pair) {
        if (pair.mask() == null) {
            return NO_MASK;
        }
        masks.add(pair.mask());
        return masks.size() - 1;
    }

    private DeviceBuffer uploadMasks(List<MaskPrompt> given) {
        float[] values = new float[given.size() * DecoderBuffers.MASK_VALUES];
        for (int i = 0; i < given.size(); i++) {
            System.arraycopy(
                    given.get(i).logits(), 0, values, i * DecoderBuffers.MASK_VALUES, DecoderBuffers.MASK_VALUES);
        }
        return upload("mask prompts", MemorySegment.ofArray(values));
    }

    private DeviceBuffer uploadInts(String what, int[] values) {
        return upload(what, MemorySegment.ofArray(values));
    }

    private DeviceBuffer upload(String what, MemorySegment values) {
        DeviceBuffer buffer = device.allocate(what, values.byteSize());
        all.add(buffer);
        buffer.upload(stream, values);
        return buffer;
    }

    @Override
    public void close() {
        all.forEach(DeviceBuffer::close);
    }
}
