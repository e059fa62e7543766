package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.ScoredMask;

/** A mask's low-resolution logits as a safetensors file: {@code low_res_logits} [1,256,256] F32. */
final class LogitsFile {
    private LogitsFile() {}

    static FormatWriter writer() {
        return MaskFiles.each(OutputFormat.LOGITS, LogitsFile::write);
    }

    private static void write(Path target, ImageResult image, MaskResult result) throws OutputException {
        LowResLogits logits = image.prediction().logits();
        ScoredMask mask = result.scored();
        float[] values = logits.copyOf(mask.prompt(), mask.output());
        long[] shape = {1, LowResLogits.SIDE, LowResLogits.SIDE};
        try {
            SafetensorsWriter.write(
                    target, Map.of(), List.of(SafetensorsWriter.Entry.floats("low_res_logits", shape, values)));
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }
}
