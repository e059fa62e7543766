package org.samfast.onnx;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.CudaEncoderGraph;
import org.samfast.onnx.graph.ElementType;
import org.samfast.onnx.graph.ImageEncoderGraph;
import org.samfast.onnx.graph.OnnxModel;

/** The encoder's graph for CUDA, computed in fp32 on the CPU, against the one for the CPU, stage by stage. */
final class CudaGraphTest {
    private static final int PIXELS = 3 * 1024 * 1024;
    private static final int IMAGES = 2;

    /** Both sum the same products in fp32, in another order. */
    private static final double RELATIVE = 1e-4;

    @Test
    void bothGraphsEncodeAlike() throws Exception {
        Path file = Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
        float[] pixels = new float[IMAGES * PIXELS];
        Random random = new Random(6);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() * 4 - 2;
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Map<String, float[]> want = stages(ImageEncoderGraph.build(checkpoint, true), pixels);
            Map<String, float[]> got =
                    stages(CudaEncoderGraph.build(checkpoint, ElementType.FLOAT32, IMAGES, true), pixels);
            assertThat(got.keySet()).isEqualTo(want.keySet()).contains("patch_embed", "block.11", "image_embedding");
            want.forEach((stage, values) -> assertThat(relativeError(values, requireNonNull(got.get(stage))))
                    .as("relative error of %s", stage)
                    .isLessThan(RELATIVE));
        }
    }

    private static double relativeError(float[] want, float[] got) {
        assertThat(got.length).isEqualTo(want.length);
        double wrong = 0;
        double whole = 0;
        for (int i = 0; i < want.length; i++) {
            wrong += Math.pow(got[i] - want[i], 2);
            whole += Math.pow(want[i], 2);
        }
        return Math.sqrt(wrong / whole);
    }

    private static Map<String, float[]> stages(OnnxModel model, float[] pixels) throws Exception {
        Map<String, float[]> stages = new LinkedHashMap<>();
        try (OrtSession encoder = OnnxSession.inMemory(model, OnnxDevice.CPU, 2);
                OnnxTensor input = OnnxTensor.createTensor(
                        OnnxEnvironment.get(), FloatBuffer.wrap(pixels), new long[] {IMAGES, 3, 1024, 1024});
                OrtSession.Result result = encoder.run(Map.of("pixels", input))) {
            for (Map.Entry<String, OnnxValue> stage : result) {
                stages.put(stage.getKey(), values((OnnxTensor) stage.getValue()));
            }
        }
        return stages;
    }

    private static float[] values(OnnxTensor tensor) throws OrtException {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
