package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.TensorFile;

/**
 * Our side of bench/cpu_encoder.py: {@code EncoderTiming CHECKPOINT PIXELS.npy CACHE}. For each line on standard input
 * it encodes once and prints the seconds, first element and sum of the embedding, so that the script can alternate
 * with its rivals and compare the values.
 */
final class EncoderTiming {
    private EncoderTiming() {}

    public static void main(String[] args) throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]));
                TensorFile pixels = TensorFile.open(Path.of(args[1]));
                OnnxModels models = OnnxModels.open(
                        checkpoint,
                        new BackendOptions(threads, Path.of(args[2]), null, null),
                        Precision.FP32,
                        threads);
                OnnxTensor input = OnnxTensor.createTensor(
                        OnnxEnvironment.get(),
                        FloatBuffer.wrap(pixels.tensor("pixels").toFloats()),
                        new long[] {1, 3, 1024, 1024})) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println("ready");
            while (lines.readLine() != null) {
                System.out.println(encode(models.encoder(1), input));
            }
        }
    }

    private static String encode(OrtSession encoder, OnnxTensor input) throws Exception {
        long start = System.nanoTime();
        try (OrtSession.Result result = encoder.run(Map.of("pixels", input))) {
            double seconds = (System.nanoTime() - start) / 1e9;
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            double squares = 0;
            for (int i = 0; i < values.remaining(); i++) {
                squares += (double) values.get(i) * values.get(i);
            }
            return seconds + " " + values.get(0) + " " + Math.sqrt(squares);
        }
    }
}
