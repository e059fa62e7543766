package org.samfast.cli.bench;

/**
 * How fast a backend is on batches of one size.
 *
 * @param batch images per batch
 * @param encoderMillis median time of the image encoder alone, on a batch that lies resized and normalised where it reads it
 * @param endToEndMillis median time of a batch from host RGB to finished masks
 * @param deviceBytes the most device memory taken until then; 0 without a device
 */
public record Measurement(int batch, double encoderMillis, double endToEndMillis, long deviceBytes) {
    double encoderRate() {
        return batch / encoderMillis * 1000;
    }

    double endToEndRate() {
        return batch / endToEndMillis * 1000;
    }
}
