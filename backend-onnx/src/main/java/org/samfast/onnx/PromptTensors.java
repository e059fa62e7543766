package org.samfast.onnx;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * Prompts of one shape as the decoder graph takes them.
 *
 * @param indices which of the image's prompts these are
 * @param tokens points per prompt, box corners and padding included
 * @param coordinates [prompts][tokens][2] in pixels of the encoder's frame
 * @param labels [prompts][tokens]: -1 padding, 0 background, 1 foreground, 2 and 3 corners of a box
 * @param masks [prompts][256][256] or empty
 */
record PromptTensors(List<Integer> indices, int tokens, float[] coordinates, long[] labels, float[] masks) {
    private static final int MASK_VALUES = 256 * 256;
    private static final long PADDING = -1;
    private static final long CORNER = 2;

    /** Points a prompt takes in the decoder: the original adds one of padding to points without a box. */
    static int tokens(Prompt prompt) {
        return laidOut(prompt).size();
    }

    /** Lays out the prompts of those indices, all with as many tokens, all with or all without a mask. */
    static PromptTensors of(List<Prompt> prompts, List<Integer> indices, Size imageSize) {
        Prompt first = prompts.get(indices.getFirst());
        int tokens = tokens(first);
        float[] coordinates = new float[indices.size() * tokens * 2];
        long[] labels = new long[indices.size() * tokens];
        float[] masks = new float[first.mask() == null ? 0 : indices.size() * MASK_VALUES];
        ResizeLongestSide frame = ResizeLongestSide.of(imageSize);
        for (int i = 0; i < indices.size(); i++) {
            Prompt prompt = prompts.get(indices.get(i));
            int at = i * tokens;
            for (Token token : laidOut(prompt)) {
                coordinates[2 * at] = (float) frame.toEncoderX(token.x());
                coordinates[2 * at + 1] = (float) frame.toEncoderY(token.y());
                labels[at++] = token.label();
            }
            if (prompt.mask() != null) {
                System.arraycopy(prompt.mask().logits(), 0, masks, i * MASK_VALUES, MASK_VALUES);
            }
        }
        return new PromptTensors(List.copyOf(indices), tokens, coordinates, labels, masks);
    }

    private static List<Token> laidOut(Prompt prompt) {
        List<Token> tokens = new ArrayList<>();
        for (ImagePoint point : prompt.points()) {
            tokens.add(new Token(point.x(), point.y(), point.foreground() ? 1 : 0));
        }
        ImageBox box = prompt.box();
        if (box != null) {
            tokens.add(new Token(box.x0(), box.y0(), CORNER));
            tokens.add(new Token(box.x1(), box.y1(), CORNER + 1));
        } else if (!tokens.isEmpty()) {
            tokens.add(new Token(0, 0, PADDING));
        }
        return tokens;
    }

    private record Token(double x, double y, long label) {}
}
