package org.samfast.prompt;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * A point of a prompt as the prompt encoder takes it. Source: segment-anything modeling/prompt_encoder.py,
 * _embed_points and _embed_boxes.
 *
 * @param x in pixels of the encoder's frame
 * @param y in pixels of the encoder's frame
 * @param label -1 padding, 0 background, 1 foreground, 2 and 3 the corners of a box
 */
public record EncoderPoint(float x, float y, int label) {
    private static final int PADDING = -1;
    private static final int FIRST_CORNER = 2;

    /**
     * {@return the points of a prompt on an image of that size; points without a box are followed by one of padding}
     *
     * @param prompt in pixels of the image
     * @param imageSize of the image
     */
    public static List<EncoderPoint> of(Prompt prompt, Size imageSize) {
        ResizeLongestSide frame = ResizeLongestSide.of(imageSize);
        List<EncoderPoint> points = new ArrayList<>();
        for (ImagePoint point : prompt.points()) {
            points.add(in(frame, point.x(), point.y(), point.foreground() ? 1 : 0));
        }
        ImageBox box = prompt.box();
        if (box != null) {
            points.add(in(frame, box.x0(), box.y0(), FIRST_CORNER));
            points.add(in(frame, box.x1(), box.y1(), FIRST_CORNER + 1));
        } else if (!points.isEmpty()) {
            points.add(new EncoderPoint(0, 0, PADDING));
        }
        return points;
    }

    private static EncoderPoint in(ResizeLongestSide frame, double x, double y, int label) {
        return new EncoderPoint((float) frame.toEncoderX(x), (float) frame.toEncoderY(y), label);
    }
}
