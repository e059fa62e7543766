package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.backend.PromptedImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.Prompt;

/** Prompt encoder and mask decoder; prompts of one shape on one image share a run. */
final class OnnxMaskDecoder {
    /** Prompts per run, each of which takes about 60 MB. */
    private static final int PROMPTS_PER_RUN = 16;

    private final OnnxModels models;
    private final OnnxSteps steps;

    OnnxMaskDecoder(OnnxModels models, OnnxSteps steps) {
        this.models = models;
        this.steps = steps;
    }

    MaskPrediction predict(PromptedImage image) throws OrtException {
        OnnxEmbedding embedding = (OnnxEmbedding) image.embedding();
        int prompts = image.prompts().size();
        float[] logits =
                new float[Math.multiplyExact(prompts, LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE)];
        MaskPrediction prediction = new MaskPrediction(
                embedding.imageSize(), new LowResLogits(logits, prompts), new float[prompts * LowResLogits.MASKS]);
        for (List<Integer> alike : alike(image.prompts(), embedding.imageSize())) {
            decode(embedding, PromptTensors.of(image.prompts(), alike, embedding.imageSize()), prediction);
        }
        return prediction;
    }

    /** Indices of prompts that can share a run: as many tokens, and with or without a mask. */
    private static List<List<Integer>> alike(List<Prompt> prompts, Size imageSize) {
        Map<List<Object>, List<Integer>> open = new HashMap<>();
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Prompt prompt = prompts.get(i);
            List<Object> shape = List.of(EncoderPoint.of(prompt, imageSize).size(), prompt.mask() != null);
            List<Integer> group = open.get(shape);
            if (group == null || group.size() == PROMPTS_PER_RUN) {
                group = new ArrayList<>();
                open.put(shape, group);
                groups.add(group);
            }
            group.add(i);
        }
        return groups;
    }

    private void decode(OnnxEmbedding embedding, PromptTensors prompts, MaskPrediction into) throws OrtException {
        Map<String, OnnxTensor> inputs = prompts.inputs();
        try {
            Map<String, OnnxTensor> all = new LinkedHashMap<>(inputs);
            all.put("image_embedding", embedding.tensor());
            OrtSession session = models.decoder(prompts.masks().length > 0);
            try (OrtSession.Result result = steps.step("decoder", () -> session.run(all))) {
                steps.stages(result);
                int values = LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE;
                scatter(result, "low_res_logits", prompts, into.logits().values(), values);
                scatter(result, "iou", prompts, into.quality(), LowResLogits.MASKS);
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static void scatter(
            OrtSession.Result result, String name, PromptTensors prompts, float[] into, int valuesPerPrompt) {
        FloatBuffer values = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        for (int index : prompts.indices()) {
            values.get(into, index * valuesPerPrompt, valuesPerPrompt);
        }
    }
}
