package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;
import org.samfast.backend.Calibrator;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.LinearInputs;
import org.samfast.image.RgbImage;
import org.samfast.onnx.graph.ElementType;
import org.samfast.onnx.graph.ImageEncoderGraph;

/** Sums second moments that the encoder's graph makes of each image. */
final class OnnxCalibrator implements Calibrator {
    private static final int TOKENS = SamArchitecture.GRID * SamArchitecture.GRID;

    private final OrtSession session;
    private final Map<String, LinearInputs> inputs = new LinkedHashMap<>();
    private final Set<String> modules;

    private OnnxCalibrator(OrtSession session, Set<String> modules) {
        this.session = session;
        this.modules = modules;
    }

    static OnnxCalibrator open(Checkpoint weights, int threads, Set<String> modules) {
        try {
            return new OnnxCalibrator(
                    OnnxSession.inMemory(ImageEncoderGraph.watching(weights, modules), OnnxDevice.CPU, threads),
                    modules);
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    @Override
    public void see(RgbImage image) {
        try (OnnxTensor pixels = PixelBatch.of(List.of(image), ElementType.FLOAT32);
                OrtSession.Result result = session.run(Map.of("pixels", pixels))) {
            for (String module : modules) {
                add(
                        module,
                        values(result, module + ImageEncoderGraph.SECOND_MOMENTS),
                        values(result, module + ImageEncoderGraph.LARGEST));
            }
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    private static FloatBuffer values(OrtSession.Result result, String name) {
        return ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    }

    private void add(String module, FloatBuffer products, FloatBuffer largest) {
        LinearInputs before = inputs.get(module);
        if (before == null) {
            before = new LinearInputs(TOKENS, new float[products.remaining()], new float[largest.remaining()]);
            inputs.put(module, before);
        } else {
            inputs.put(module, new LinearInputs(before.rows() + TOKENS, before.secondMoments(), before.largest()));
        }
        for (int i = 0; i < before.secondMoments().length; i++) {
            before.secondMoments()[i] += products.get(i);
        }
        for (int i = 0; i < before.largest().length; i++) {
            before.largest()[i] = Math.max(before.largest()[i], largest.get(i));
        }
    }

    @Override
    public Map<String, LinearInputs> inputs() {
        return Map.copyOf(inputs);
    }

    private static BackendException failure(OrtException cause) {
        return new BackendException("onnx: calibrating failed: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw failure(e);
        }
    }
}
