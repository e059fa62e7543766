package org.samfast.cuda.decoder;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Transfers;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.MaskPrompt;

/** Lists of pairs as the kernels take them, padded to the longest prompt; for as many as {@link DecoderBuffers} hold. */
final class PromptUpload {
    private static final int NO_MASK = -1;

    /** [pairs][points][2] fp32. */
    final DeviceBuffer coordinates;
    /** [pairs][points] int. */
    final DeviceBuffer labels;
    /** [pairs] int, real tokens. */
    final DeviceBuffer counts;
    /** [pairs] int, which of the first keys. */
    final DeviceBuffer sources;
    /** [images] addresses of embeddings. */
    final DeviceBuffer embeddings;
    /** [images] int, which mask prompt, -1 for none. */
    final DeviceBuffer maskIndexes;
    /** [masks][256][256] fp32. */
    final DeviceBuffer masks;

    PromptUpload(BufferSet buffers, int pairs, int images, int tokens) {
        coordinates = buffers.allocate("point coordinates", 2L * pairs * tokens * Float.BYTES);
        labels = buffers.allocate("point labels", (long) pairs * tokens * Integer.BYTES);
        counts = buffers.allocate("token counts", (long) pairs * Integer.BYTES);
        sources = buffers.allocate("sources of keys", (long) pairs * Integer.BYTES);
        embeddings = buffers.allocate("embedding addresses", (long) images * Long.BYTES);
        maskIndexes = buffers.allocate("mask indexes", (long) images * Integer.BYTES);
        masks = buffers.allocate("mask prompts", (long) images * DecoderBuffers.MASK_VALUES * Float.BYTES);
    }

    /** Puts the copies into the stream. */
    void put(Transfers transfers, List<PromptPair> pairs, FirstKeys firstKeys, PromptShape shape) {
        float[] xy = new float[shape.pairs() * shape.points() * 2];
        int[] kinds = new int[shape.pairs() * shape.points()];
        for (int i = 0; i < shape.pairs(); i++) {
            int at = i * shape.points();
            for (EncoderPoint point : pairs.get(i).points()) {
                xy[2 * at] = point.x();
                xy[2 * at + 1] = point.y();
                kinds[at++] = point.label();
            }
        }
        transfers.upload(coordinates, MemorySegment.ofArray(xy));
        transfers.upload(labels, MemorySegment.ofArray(kinds));
        int[] tokens = pairs.stream().mapToInt(PromptPair::tokens).toArray();
        transfers.upload(counts, MemorySegment.ofArray(tokens));
        transfers.upload(sources, MemorySegment.ofArray(firstKeys.sources()));
        long[] addresses = firstKeys.different().stream()
                .mapToLong(pair -> pair.embedding().address())
                .toArray();
        transfers.upload(embeddings, MemorySegment.ofArray(addresses));
        putMasks(transfers, firstKeys.different());
    }

    private void putMasks(Transfers transfers, List<PromptPair> pairs) {
        int[] indexes = new int[pairs.size()];
        int given = 0;
        long bytes = (long) DecoderBuffers.MASK_VALUES * Float.BYTES;
        for (int i = 0; i < indexes.length; i++) {
            MaskPrompt mask = pairs.get(i).mask();
            indexes[i] = mask == null ? NO_MASK : given;
            if (mask != null) {
                transfers.upload(masks.slice(given++ * bytes, bytes), MemorySegment.ofArray(mask.logits()));
            }
        }
        transfers.upload(maskIndexes, MemorySegment.ofArray(indexes));
    }
}
