package org.samfast.convert;

/** How far what is stored is from its source, summed in float64. */
final class ErrorSum {
    private double difference;
    private double source;
    private double stored;
    private double largest;

    void add(float[] from, float[] to, int count) {
        double differences = 0;
        double energy = 0;
        double kept = 0;
        double most = largest;
        for (int i = 0; i < count; i++) {
            double before = from[i];
            double after = to[i];
            double apart = before - after;
            differences += apart * apart;
            energy += before * before;
            kept += after * after;
            most = Math.max(most, Math.abs(apart));
        }
        difference += differences;
        source += energy;
        stored += kept;
        largest = most;
    }

    /** Whether every value of the source was a finite number: squares of float32 cannot leave float64 otherwise. */
    boolean isSourceFinite() {
        return Double.isFinite(source);
    }

    boolean isStoredFinite() {
        return Double.isFinite(stored);
    }

    double relative() {
        return source == 0 ? Math.sqrt(difference) : Math.sqrt(difference / source);
    }

    double largest() {
        return largest;
    }

    double keptEnergy() {
        return source == 0 ? 1 : stored / source;
    }
}
