package org.samfast.cli.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.NpyReader;
import org.samfast.checkpoint.TensorFile;
import org.samfast.mask.LowResLogits;
import org.samfast.prompt.MaskPrompt;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/** Low-resolution mask logits that a person gives as a prompt. */
public final class MaskFile {
    private MaskFile() {}

    /**
     * Reads a .npy file, or {@code mask_input} or {@code low_res_logits} of a .safetensors file: float32 [1,256,256]; the
     * first dimension may be missing or doubled.
     */
    public static MaskPrompt read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            return prompt(file, NpyReader.read(file));
        }
        if (Files.isRegularFile(file) && !name.endsWith(".safetensors")) {
            throw new CheckpointException(
                    file + ": expected low-resolution logits in a .safetensors or .npy file, as --format logits writes"
                            + " them");
        }
        try (TensorFile tensors = TensorFile.open(file)) {
            return prompt(file, maskAmong(file, tensors.tensors()));
        }
    }

    private static Tensor maskAmong(Path file, Map<String, Tensor> tensors) throws CheckpointException {
        Tensor given = tensors.get("mask_input");
        Tensor found = given != null ? given : tensors.get("low_res_logits");
        if (found == null) {
            throw new CheckpointException(file
                    + ": expected a tensor mask_input or low_res_logits, as --format logits writes it; found neither");
        }
        return found;
    }

    private static MaskPrompt prompt(Path file, Tensor tensor) throws CheckpointException {
        long side = LowResLogits.SIDE;
        long[] shape = tensor.shape();
        int rank = shape.length;
        boolean fits = rank >= 2
                && rank <= 4
                && tensor.elements() == side * side
                && shape[rank - 1] == side
                && shape[rank - 2] == side;
        if (tensor.dtype() != DType.F32 || !fits) {
            throw new CheckpointException(file + ": expected float32 low-resolution logits [1,256,256], got "
                    + tensor.dtype() + " " + Arrays.toString(shape));
        }
        float[] logits = tensor.toFloats();
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new CheckpointException(file + ": expected finite logits, got " + logit);
            }
        }
        return new MaskPrompt(logits);
    }
}
