package org.samfast.convert;

/**
 * What was seen of the inputs of one Linear with {@code columns} input features.
 *
 * @param rows how many inputs (tokens) were seen
 * @param secondMoments sums of products of two features over all inputs, row-major [columns][columns]; symmetric
 * @param largest per feature the largest absolute value
 */
public record LinearInputs(long rows, float[] secondMoments, float[] largest) {
    /** IllegalArgumentException where the second moments are not [columns][columns], or no input was seen. */
    public LinearInputs {
        if (secondMoments.length != largest.length * largest.length || rows < 1) {
            throw new IllegalArgumentException("second moments of " + secondMoments.length + " values for "
                    + largest.length + " features and " + rows + " inputs");
        }
    }

    int columns() {
        return largest.length;
    }
}
