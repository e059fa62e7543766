package org.samfast.backend;

/**
 * What computes, in the words of a benchmark's row.
 *
 * @param backend backend and kind of device: {@code cuda}, {@code onnx-cuda}, {@code onnx-cpu}
 * @param device the device's own name: {@code NVIDIA H100 80GB HBM3}, {@code AMD EPYC 7B13}
 * @param deviceSlug the device in a file name: {@code h100-80gb}, {@code cpu-amd-epyc-7b13-8-threads}
 * @param driver version of the device's driver, {@code -} where it has none
 * @param smClockMhz clock of the multiprocessors in MHz, 0 where there are none or it is unknown
 * @param precision what is computed in
 */
public record BackendInfo(
        String backend, String device, String deviceSlug, String driver, int smClockMhz, Precision precision) {
    private static final String NO_DRIVER = "-";

    /** IllegalArgumentException where the slug is not lower-case words joined by {@code -}. */
    public BackendInfo {
        if (!DeviceSlug.isOne(deviceSlug)) {
            throw new IllegalArgumentException(
                    "device slug: expected lower-case words joined by '-', got '" + deviceSlug + "'");
        }
    }

    /**
     * {@return a backend on a GPU}
     *
     * @param backend {@code cuda} or {@code onnx-cuda}
     * @param device the GPU's own name
     * @param driver its version
     * @param smClockMhz in MHz, 0 where unknown
     * @param precision what is computed in
     */
    public static BackendInfo onGpu(String backend, String device, String driver, int smClockMhz, Precision precision) {
        return new BackendInfo(backend, device, DeviceSlug.ofGpu(device), driver, smClockMhz, precision);
    }

    /**
     * {@return a backend on so many threads of this machine's CPU}
     *
     * @param backend {@code onnx-cpu}
     * @param threads that compute
     * @param precision what is computed in
     */
    public static BackendInfo onCpu(String backend, int threads, Precision precision) {
        String model = CpuModel.name();
        return new BackendInfo(backend, model, DeviceSlug.ofCpu(model, threads), NO_DRIVER, 0, precision);
    }

    /** {@return whether it computes on a device that has a driver: a GPU} */
    public boolean hasDriver() {
        return !driver.equals(NO_DRIVER);
    }
}
