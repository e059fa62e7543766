package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Milliseconds of every counted batch, pass by pass. */
public final class Series {
    private final int batch;
    private final List<double[]> passes = new ArrayList<>();

    /** @param batch images each time is for */
    Series(int batch) {
        this.batch = batch;
    }

    /** One pass after the others; the first {@code warmup} times do not count. */
    Series add(double[] millis, int warmup) {
        passes.add(Arrays.copyOfRange(millis, warmup, millis.length));
        return this;
    }

    public double p50() {
        return percentile(sorted(), 0.5);
    }

    double p95() {
        return percentile(sorted(), 0.95);
    }

    double min() {
        return percentile(sorted(), 0);
    }

    double max() {
        return percentile(sorted(), 1);
    }

    /** Images per second at the median. */
    public double rate() {
        return batch / p50() * 1000;
    }

    /** How many times as many images per second as the other, pass by pass. */
    Ratio over(Series other) {
        int both = Math.min(passes.size(), other.passes.size());
        double[] ratios = new double[both];
        for (int pass = 0; pass < both; pass++) {
            ratios[pass] = passRate(pass) / other.passRate(pass);
        }
        Arrays.sort(ratios);
        return new Ratio(percentile(ratios, 0.5), ratios[0], ratios[both - 1]);
    }

    private double passRate(int pass) {
        double[] times = passes.get(pass).clone();
        Arrays.sort(times);
        return batch / percentile(times, 0.5);
    }

    private double[] sorted() {
        return passes.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    }

    /** Linear between the two nearest, as NumPy's default. */
    private static double percentile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** An object with the rate and the times. */
    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        number(json, "img_per_s", rate());
        number(json, "ms_p50", p50());
        number(json, "ms_p95", p95());
        number(json, "ms_min", min());
        number(json, "ms_max", max());
        json.writeNumberField("times", sorted().length);
        json.writeEndObject();
    }

    static void number(JsonGenerator json, String name, double value) throws IOException {
        json.writeNumberField(name, BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP));
    }
}
