package org.samfast.cli.output;

import java.nio.file.Path;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.DistanceTransform;
import org.samfast.mask.MaskBox;

/**
 * The object on a transparent ground, in RGBA at the size of the image. A soft edge fades over some pixels, half of them
 * inside the mask and half outside. What is fully transparent is black, so that nothing of the ground stays in the file.
 */
final class CutOut {
    private CutOut() {}

    static FormatWriter writer(OutputSettings settings) {
        return MaskFiles.each(
                OutputFormat.CUTOUT, (target, image, mask) -> write(target, image, mask, settings.softEdge()));
    }

    private static void write(Path target, ImageResult image, MaskResult mask, double softEdge) throws OutputException {
        byte[] opacity = opacity(mask.mask(), softEdge);
        byte[] rgba = rgba(image.image().rgb(), opacity);
        OutputFile.write(target, out -> PngWriter.writeRgba(out, image.size(), rgba));
    }

    /** Row-major [height][width], 255 inside and 0 outside. */
    static byte[] opacity(BinaryMask mask, double softEdge) {
        byte[] opacity = new byte[mask.pixels().length];
        if (softEdge > 0 && mask.area() > 0) {
            soften(mask, softEdge, opacity);
            return opacity;
        }
        for (int i = 0; i < opacity.length; i++) {
            opacity[i] = (byte) (255 * mask.pixels()[i]);
        }
        return opacity;
    }

    private static void soften(BinaryMask mask, double softEdge, byte[] opacity) {
        MaskBox box = grown(mask, (int) Math.ceil(softEdge / 2) + 1);
        BinaryMask part = mask.part(box);
        DistanceTransform inside = DistanceTransform.inside(part, false);
        DistanceTransform outside = DistanceTransform.outside(part);
        for (int y = 0; y < box.height(); y++) {
            double[] in = inside.nextRow();
            double[] out = outside.nextRow();
            int at = (y + box.y()) * mask.size().width() + box.x();
            for (int x = 0; x < box.width(); x++) {
                // the edge runs half a pixel before the nearest pixel of the other side
                double depth = in[x] > 0 ? Math.sqrt(in[x]) - 0.5 : 0.5 - Math.sqrt(out[x]);
                opacity[at + x] = (byte) Math.round(255 * Math.clamp(0.5 + depth / softEdge, 0.0, 1.0));
            }
        }
    }

    private static MaskBox grown(BinaryMask mask, int margin) {
        MaskBox box = mask.box();
        int left = Math.max(0, box.x() - margin);
        int top = Math.max(0, box.y() - margin);
        int right = Math.min(mask.size().width(), box.x() + box.width() + margin);
        int bottom = Math.min(mask.size().height(), box.y() + box.height() + margin);
        return new MaskBox(left, top, right - left, bottom - top);
    }

    private static byte[] rgba(byte[] rgb, byte[] opacity) {
        byte[] rgba = new byte[Math.multiplyExact(4, opacity.length)];
        for (int i = 0; i < opacity.length; i++) {
            if (opacity[i] != 0) {
                System.arraycopy(rgb, 3 * i, rgba, 4 * i, 3);
                rgba[4 * i + 3] = opacity[i];
            }
        }
        return rgba;
    }
}
