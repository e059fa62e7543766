package org.samfast.onnx.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.samfast.backend.CheckpointExporter;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.convert.Progress;
import org.samfast.file.AtomicFile;
import org.samfast.onnx.graph.ExportedDecoderGraph;
import org.samfast.onnx.graph.ImageEncoderGraph;
import org.samfast.onnx.graph.OnnxFile;
import org.samfast.onnx.graph.OnnxModel;

/** {@code encoder.onnx} and {@code decoder.onnx} in a folder, in fp32, of standard operators alone: docs/weights-format.md. */
public final class OnnxExporter implements CheckpointExporter {
    static final String ENCODER = "encoder.onnx";
    static final String DECODER = "decoder.onnx";

    /** Raise with every change to the exported graphs. */
    private static final String LAYOUT = "1";

    @Override
    public String format() {
        return "onnx";
    }

    @Override
    public boolean export(Checkpoint source, Path folder, Progress progress) throws IOException {
        Map<String, String> metadata = metadata(source);
        if (Files.exists(folder)) {
            requireExported(source, folder, metadata);
            return false;
        }
        OnnxModel encoder = ImageEncoderGraph.exported(source);
        OnnxModel decoder = ExportedDecoderGraph.build(source);
        WeightSteps steps = new WeightSteps(
                progress, encoder.weights().size() + decoder.weights().size());
        AtomicFile.replaceFolder(folder, unfinished -> {
            new OnnxFile(encoder, metadata, unfinished.resolve(ENCODER)).write(steps::next);
            new OnnxFile(decoder, metadata, unfinished.resolve(DECODER)).write(steps::next);
        });
        return true;
    }

    private static Map<String, String> metadata(Checkpoint source) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("sam.variant", source.architecture().name());
        metadata.put("sam.layout", LAYOUT);
        metadata.put("sam.source.sha256", source.sha256());
        return metadata;
    }

    private static void requireExported(Checkpoint source, Path folder, Map<String, String> metadata)
            throws IOException {
        if (!OnnxFile.isExported(folder.resolve(ENCODER), metadata)
                || !OnnxFile.isExported(folder.resolve(DECODER), metadata)) {
            throw new CheckpointException(folder + ": exists already and is not what this export makes of "
                    + source.file() + "; remove it or name another folder");
        }
    }

    /** Counts the weights that are written. */
    private static final class WeightSteps {
        private final Progress progress;
        private final int of;
        private int done;

        WeightSteps(Progress progress, int of) {
            this.progress = progress;
            this.of = of;
        }

        void next(String name) {
            progress.step(name, done++, of);
        }
    }
}
