package org.samfast.cli.eval;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The 95% percentile interval of a mean by the bootstrap. Images are drawn, not annotations, because objects of one image are
 * alike; the draws are the same in every run.
 */
final class Bootstrap {
    private static final int DRAWS = 2000;
    private static final long SEED = 8;
    private static final double TAIL = 0.025;

    private Bootstrap() {}

    /** Where the mean lies. */
    record Interval(double low, double high) {}

    /** @param values of every image, at least one in all */
    static Interval ofMean(Collection<List<Double>> values) {
        double[] sums = values.stream()
                .mapToDouble(of -> of.stream().mapToDouble(Double::doubleValue).sum())
                .toArray();
        int[] counts = values.stream().mapToInt(List::size).toArray();
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            means[draw] = drawn(random, sums, counts);
        }
        Arrays.sort(means);
        return new Interval(means[(int) (TAIL * DRAWS)], means[(int) ((1 - TAIL) * DRAWS) - 1]);
    }

    private static double drawn(SplittableRandom random, double[] sums, int[] counts) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < sums.length; i++) {
            int image = random.nextInt(sums.length);
            sum += sums[image];
            count += counts[image];
        }
        return sum / count;
    }
}
