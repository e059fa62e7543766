package org.samfast.cli.bench;

import org.jspecify.annotations.Nullable;

/**
 * How fast a backend is on batches of one size.
 *
 * @param batch images per batch
 * @param encoder the image encoder alone, on a batch that lies resized and normalised where it reads it
 * @param decoder from embeddings to low-res logits in host memory
 * @param endToEnd from host RGB to finished masks
 * @param files from image files to mask files
 * @param deviceBytes the most device memory taken until then; 0 without a device
 * @param hostBytes the most memory that the process had resident until then; 0 where unknown
 * @param watts the device's mean power while the encoder ran; null where unknown
 */
public record Measurement(
        int batch,
        Series encoder,
        Series decoder,
        Series endToEnd,
        Series files,
        long deviceBytes,
        long hostBytes,
        @Nullable Double watts) {}
