package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.CudaEncoderGraph;
import org.samfast.onnx.graph.ElementType;
import org.samfast.onnx.graph.ImageEncoderGraph;
import org.samfast.onnx.graph.OnnxModel;

/** The encoder's graph for CUDA, computed in fp32 on the CPU, against the one for the CPU. */
final class CudaGraphTest {
    private static final int PIXELS = 3 * 1024 * 1024;
    private static final int IMAGES = 2;

    @Test
    void bothGraphsEncodeAlike() throws Exception {
        Path file = Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
        float[] pixels = new float[IMAGES * PIXELS];
        Random random = new Random(6);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() * 4 - 2;
        }
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Arena arena = Arena.ofConfined()) {
            float[] want = encoded(ImageEncoderGraph.build(checkpoint, arena, false), pixels);
            float[] got =
                    encoded(CudaEncoderGraph.build(checkpoint, arena, ElementType.FLOAT32, IMAGES, false), pixels);
            assertThat(got).containsExactly(want, Offset.offset(1e-5f));
        }
    }

    private static float[] encoded(OnnxModel model, float[] pixels) throws Exception {
        try (OrtSession encoder = OnnxSession.inMemory(model, OnnxDevice.CPU, 2);
                OnnxTensor input = OnnxTensor.createTensor(
                        OnnxSession.environment(), FloatBuffer.wrap(pixels), new long[] {IMAGES, 3, 1024, 1024});
                OrtSession.Result result = encoder.run(Map.of("pixels", input))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] embedding = new float[values.remaining()];
            values.get(embedding);
            return embedding;
        }
    }
}
