package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * Selected masks at the size of the image, a bit per pixel, with the counts of their stability score; bit for bit as
 * {@link org.samfast.mask.MaskUpscale#stable}. Kernel: mask/upscale_bits.cu.
 */
public final class UpscaleBits {
    private static final int SIDE = 256;
    private static final int THREADS = 256;
    private static final int BLOCKS_PER_MULTIPROCESSOR = 10;
    private static final int WORD_ROWS = 32;

    private final KernelFunction function;
    private final int blocks;

    public UpscaleBits(Device device) {
        function = device.function("mask/upscale_bits", "upscale_bits");
        blocks = BLOCKS_PER_MULTIPROCESSOR * device.multiprocessors();
    }

    /** Bytes of one mask: [ceil(height / 32)][width] words. */
    public static long bytes(Size image) {
        return (long) Math.ceilDiv(image.height(), WORD_ROWS) * image.width() * Integer.BYTES;
    }

    /**
     * @param logits [..][256][256] fp32
     * @param planes [masks] int, which of the planes of logits each mask is made of
     * @param count [1] int, how many masks there are, at most {@code masks}
     * @param bits takes [masks][ceil(height / 32)][width] words, bit i of word w for row 32 w + i
     * @param passed [masks][2] int of 0, takes how many logits are above offset and above -offset
     * @param frame the size of the image and of its part of the 1024x1024 frame
     */
    public void launch(
            Stream stream,
            DeviceBuffer logits,
            DeviceBuffer planes,
            DeviceBuffer count,
            DeviceBuffer bits,
            DeviceBuffer passed,
            int masks,
            ResizeLongestSide frame,
            float offset) {
        Size inner = frame.resized();
        Size image = frame.original();
        Check.bytes("logits", logits, Element.FP32, SIDE, SIDE);
        Check.ints("planes", planes, masks);
        Check.ints("count", count, 1);
        Check.u8("bits", bits, masks, bytes(image));
        Check.ints("passed", passed, masks, 2);
        Object[] args = {
            logits, planes, count, bits, passed, inner.width(), inner.height(), image.width(), image.height(), offset
        };
        Work work = Work.moving(masks * ((double) SIDE * SIDE * Float.BYTES + bytes(image)));
        function.launch(stream, work, Grid.of(blocks), Block.of(THREADS), 0, args);
    }
}
