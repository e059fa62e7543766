package org.samfast.cuda;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.CudaDetection;
import org.samfast.cuda.device.Device;

/** The backend on CUDA kernels of our own. */
public final class CudaBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "cuda";
    }

    /** Above every other backend: where a GPU can be used, {@code auto} takes it. */
    @Override
    public int rank() {
        return 100;
    }

    @Override
    public String description() {
        return CudaDetection.here().description();
    }

    @Override
    public Optional<String> unusableBecause() {
        return CudaDetection.here().unusableBecause();
    }

    /** The GPU and its driver, and what chooses kernels or spoils them. */
    @Override
    public Optional<String> firstUseKey() {
        return Optional.of(Stream.of("kernels", "overlap", "graphs", "fault")
                .map(property -> property + "=" + System.getProperty("sam.cuda." + property))
                .collect(Collectors.joining(", ", description() + ", ", "")));
    }

    /** bf16 with sums in fp32, fp32 throughout as the reference, and packed Linears. */
    @Override
    public Support support(Precision precision) {
        return switch (precision) {
            case BF16, FP32, INT8, BF16_SPARSE24, INT8_SPARSE24 -> Support.NATIVE;
            case FP16 -> Support.REFUSED;
        };
    }

    @Override
    public boolean tunes() {
        return true;
    }

    /** Past 8 images a GPU gains little (docs/performance.md), and the memory grows with them. */
    @Override
    public int batch() {
        return 8;
    }

    @Override
    public Optional<MemoryPlan> plan(Checkpoint weights, BackendOptions options, MemoryNeed need) {
        try (Device device = Device.open(options.tuning())) {
            return Optional.of(MemoryPlanner.plan(device, weights, options, need));
        }
    }

    @Override
    public SamBackend open(Checkpoint weights, BackendOptions options) {
        unusableBecause().ifPresent(reason -> {
            throw new BackendException("backend 'cuda' is not usable: " + reason);
        });
        return CudaBackend.open(Device.open(options.tuning()), weights, options);
    }
}
