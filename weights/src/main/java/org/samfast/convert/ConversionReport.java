package org.samfast.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a conversion did.
 *
 * @param source the checkpoint that was read
 * @param output the file that was written, or that was found to be there already
 * @param alreadyThere whether nothing had to be done
 * @param metadata of the output
 * @param tensors in the order of the catalog; empty where nothing had to be done
 */
public record ConversionReport(
        Path source, Path output, boolean alreadyThere, Map<String, String> metadata, List<TensorReport> tensors) {
    /** Copies {@code tensors}. */
    public ConversionReport {
        tensors = List.copyOf(tensors);
    }
}
