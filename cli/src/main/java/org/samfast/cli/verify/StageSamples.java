package org.samfast.cli.verify;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.samfast.backend.StageObserver;

/** Keeps a thousand values of each stage, spread over it as testdata/golden/verify/make.py does. */
final class StageSamples implements StageObserver {
    private static final int MOST = 1024;

    private final SequencedMap<String, float[]> samples = new LinkedHashMap<>();

    @Override
    public void stage(String name, long[] shape, float[] values) {
        samples.put(name, of(values));
    }

    static float[] of(float[] values) {
        float[] kept = new float[Math.min(MOST, values.length)];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[Math.toIntExact((long) i * values.length / kept.length)];
        }
        return kept;
    }

    /** By stage, in the order in which they came. */
    Map<String, float[]> samples() {
        return samples;
    }
}
