package org.samfast.backend;

import java.util.Locale;

/** A device's name as part of a file name: what tells devices apart, in lower case, joined by {@code -}. */
final class DeviceSlug {
    private DeviceSlug() {}

    /** {@code NVIDIA H100 80GB HBM3} is {@code h100-80gb}, {@code NVIDIA GeForce RTX 4090} is {@code rtx-4090}. */
    static String ofGpu(String name) {
        return words(name.toLowerCase(Locale.ROOT).replaceAll("\\b(nvidia|geforce|tesla|hbm\\w*)\\b", " "));
    }

    /** {@code Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz} is {@code cpu-intel-xeon-gold-6338-4-threads}. */
    static String ofCpu(String model, int threads) {
        String plain = model.toLowerCase(Locale.ROOT)
                .replaceAll("@.*", "")
                .replaceAll("\\((r|tm)\\)|\\b(cpu|processor|\\d+-core)\\b", " ");
        return words("cpu " + plain + " " + threads + " threads");
    }

    static boolean isOne(String text) {
        return text.matches("[a-z0-9]+(-[a-z0-9]+)*");
    }

    private static String words(String text) {
        return text.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
