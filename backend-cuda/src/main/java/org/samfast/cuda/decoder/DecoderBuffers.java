package org.samfast.cuda.decoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.BufferSet;
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
    final int images;
    final int tokens;
    /** [pairs][tokens][256]: the tokens, and as they were at first, which is their position embedding. */
    final DeviceBuffer queries;

    final DeviceBuffer positions;
    /** [pairs][tokens][256] each, projections of tokens; each is followed by the next, {@link #projection} floats further. */
    final DeviceBuffer q;

    final DeviceBuffer k;
    final DeviceBuffer v;
    final DeviceBuffer attended;
    /** [pairs][tokens][2048] of the element. */
    final DeviceBuffer hidden;
    /** What has a row per image token. */
    final ImageBuffers image;
    /** [pairs][4][32]. */
    final DeviceBuffer hyper;
    /** [pairs][4][256][256], the low-res logits. */
    final DeviceBuffer logits;
    /** [pairs][4]. */
    final DeviceBuffer iou;

    /** What comes from the host. */
    final PromptUpload prompts;

    private final BufferSet all;

    DecoderBuffers(Device device, ImageSteps steps, Element element, int pairs, int images, int tokens) {
        this.pairs = pairs;
        this.images = images;
        this.tokens = tokens;
        all = new BufferSet(device);
        long token = (long) pairs * tokens * Float.BYTES;
        queries = all.allocate("queries", token * CHANNELS);
        positions = all.allocate("query positions", token * CHANNELS);
        long projection = token * CHANNELS;
        q = all.allocate("token projections", 3 * projection);
        k = q.slice(projection, 2 * projection);
        v = k.slice(projection, projection);
        attended = all.allocate("attended tokens", token * CHANNELS);
        hidden = all.allocate("token MLP", (long) pairs * tokens * MLP * element.bytes());
        image = steps.allocate(all, pairs, tokens, images);
        hyper = all.allocate("hypernetworks", (long) pairs * MASKS * UPSCALED * Float.BYTES);
        logits = all.allocate("low-res logits", (long) pairs * MASKS * MASK_VALUES * Float.BYTES);
        iou = all.allocate("IoU", (long) pairs * MASKS * Float.BYTES);
        prompts = new PromptUpload(all, pairs, images, tokens);
    }

    /** Floats from one projection to the next. */
    int projection() {
        return Math.multiplyExact(pairs, tokens) * CHANNELS;
    }

    boolean holds(PromptShape shape) {
        return shape.pairs() <= pairs && shape.images() <= images && shape.tokens() <= tokens;
    }

    @Override
    public void close() {
        all.close();
    }
}
