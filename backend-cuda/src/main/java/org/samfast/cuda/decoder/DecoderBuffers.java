package org.samfast.cuda.decoder;

import java.util.ArrayList;
import java.util.List;
import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

/**
 * What the mask decoder works in, for up to that many pairs of image and prompt with up to that many tokens each. Tokens
 * are fp32, what has a row per image token is of the element.
 */
final class DecoderBuffers implements AutoCloseable {
    static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    static final int INNER = CHANNELS / 2;
    static final int IMAGE_TOKENS = SamArchitecture.GRID * SamArchitecture.GRID;
    static final int MASKS = SamArchitecture.MASKS;
    static final int MASK_VALUES = SamArchitecture.LOW_RES * SamArchitecture.LOW_RES;
    /** Hidden channels of the MLP of a transformer layer. */
    static final int MLP = 2048;
    /** Channels of the upscaled image. */
    static final int UPSCALED = CHANNELS / 8;

    final int pairs;
    final int tokens;
    /** [pairs][tokens][256]: the tokens, and as they were at first, which is their position embedding. */
    final DeviceBuffer queries;

    final DeviceBuffer positions;
    /** [pairs][tokens][256] each, projections of tokens. */
    final DeviceBuffer q;

    final DeviceBuffer k;
    final DeviceBuffer v;
    final DeviceBuffer attended;
    /** [pairs][tokens][2048]. */
    final DeviceBuffer hidden;
    /** [pairs][4096][256]: the image's tokens, and the same plus their position. */
    final DeviceBuffer keys;

    final DeviceBuffer keysAndPosition;
    /** [pairs][4096][128] each, projections of the image's tokens. */
    final DeviceBuffer imageFirst;

    final DeviceBuffer imageSecond;
    /** [pairs][65536][32]. */
    final DeviceBuffer upscaled;
    /** [pairs][4][32]. */
    final DeviceBuffer hyper;
    /** [pairs][4][256][256], the low-res logits. */
    final DeviceBuffer logits;
    /** [pairs][4]. */
    final DeviceBuffer iou;

    private final Device device;
    private final List<DeviceBuffer> all = new ArrayList<>();

    DecoderBuffers(Device device, Element element, int pairs, int tokens) {
        this.device = device;
        this.pairs = pairs;
        this.tokens = tokens;
        long token = (long) pairs * tokens * Float.BYTES;
        queries = allocate("queries", token * CHANNELS);
        positions = allocate("query positions", token * CHANNELS);
        q = allocate("token q", token * CHANNELS);
        k = allocate("token k", token * CHANNELS);
        v = allocate("token v", token * CHANNELS);
        attended = allocate("attended tokens", token * CHANNELS);
        hidden = allocate("token MLP", token * MLP);
        long image = (long) pairs * IMAGE_TOKENS * element.bytes();
        keys = allocate("keys", image * CHANNELS);
        keysAndPosition = allocate("keys and position", image * CHANNELS);
        imageFirst = allocate("image projection", image * INNER);
        imageSecond = allocate("image projection", image * INNER);
        upscaled = allocate("upscaled image", (long) pairs * MASK_VALUES * UPSCALED * element.bytes());
        hyper = allocate("hypernetworks", (long) pairs * MASKS * UPSCALED * Float.BYTES);
        logits = allocate("low-res logits", (long) pairs * MASKS * MASK_VALUES * Float.BYTES);
        iou = allocate("IoU", (long) pairs * MASKS * Float.BYTES);
    }

    private DeviceBuffer allocate(String what, long bytes) {
        DeviceBuffer buffer = device.allocate(what, bytes);
        all.add(buffer);
        return buffer;
    }

    boolean holds(int wantedPairs, int wantedTokens) {
        return wantedPairs <= pairs && wantedTokens <= tokens;
    }

    @Override
    public void close() {
        all.forEach(DeviceBuffer::close);
    }
}
