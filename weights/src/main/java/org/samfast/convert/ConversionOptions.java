package org.samfast.convert;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a checkpoint is converted to.
 *
 * @param format how weights are stored
 * @param sparseLayers which Linears become sparse where the format is
 * @param calibration what the Linears' inputs looked like; {@link Calibration#NONE} to prune by magnitude
 */
public record ConversionOptions(WeightFormat format, SparseLayers sparseLayers, Calibration calibration) {
    /**
     * {@return a format, without calibration}
     *
     * @param format how weights are stored; where it is sparse, the MLPs become so
     */
    public static ConversionOptions to(WeightFormat format) {
        return new ConversionOptions(format, SparseLayers.MLP, Calibration.NONE);
    }

    /** What beside the source decides the file, as its metadata says it: equal entries, equal file. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("sam.precision", format.label());
        metadata.put("sam.layout", CheckpointConverter.LAYOUT);
        if (format.isSparse()) {
            metadata.put("sam.sparse_layers", sparseLayers.text());
        }
        if (!calibration.isEmpty()) {
            metadata.put("sam.calibration", calibration.images());
        }
        return metadata;
    }
}
