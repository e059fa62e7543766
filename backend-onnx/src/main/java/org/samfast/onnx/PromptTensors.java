package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.image.Size;
import org.samfast.prompt.EncoderPoint;
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

    /** Lays out the prompts of those indices, all with as many tokens, all with or all without a mask. */
    static PromptTensors of(List<Prompt> prompts, List<Integer> indices, Size imageSize) {
        Prompt first = prompts.get(indices.getFirst());
        int tokens = EncoderPoint.of(first, imageSize).size();
        float[] coordinates = new float[indices.size() * tokens * 2];
        long[] labels = new long[indices.size() * tokens];
        float[] masks = new float[first.mask() == null ? 0 : indices.size() * MASK_VALUES];
        for (int i = 0; i < indices.size(); i++) {
            Prompt prompt = prompts.get(indices.get(i));
            int at = i * tokens;
            for (EncoderPoint point : EncoderPoint.of(prompt, imageSize)) {
                coordinates[2 * at] = point.x();
                coordinates[2 * at + 1] = point.y();
                labels[at++] = point.label();
            }
            if (prompt.mask() != null) {
                System.arraycopy(prompt.mask().logits(), 0, masks, i * MASK_VALUES, MASK_VALUES);
            }
        }
        return new PromptTensors(List.copyOf(indices), tokens, coordinates, labels, masks);
    }

    /** They as the graph's inputs, which the caller closes. */
    Map<String, OnnxTensor> inputs() throws OrtException {
        long count = indices.size();
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        inputs.put("point_coords", floats(coordinates, count, tokens, 2));
        inputs.put(
                "point_labels",
                OnnxTensor.createTensor(OnnxEnvironment.get(), LongBuffer.wrap(labels), new long[] {count, tokens}));
        if (masks.length > 0) {
            inputs.put("mask_input", floats(masks, count, 1, 256, 256));
        }
        return inputs;
    }

    private static OnnxTensor floats(float[] values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(values), shape);
    }
}
