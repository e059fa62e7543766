package org.samfast.backend;

import java.util.Optional;
import java.util.Set;
import org.samfast.checkpoint.Checkpoint;

/** One way to run SAM, found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** What {@code --backend} takes. */
    String name();

    /** Which of several usable backends {@code auto} takes: the highest. */
    int rank();

    /** What it runs on where it is usable, for {@code sam backends}: {@code ONNX Runtime 1.29.0 on the CPU}. */
    String description();

    /** Empty where it can run here, otherwise one sentence for the user. */
    Optional<String> unusableBecause();

    /** Whether it can compute in that precision. */
    Support support(Precision precision);

    /** Whether {@link Tuning} means anything to it. */
    default boolean tunes() {
        return false;
    }

    /** How many images a call is best given at once where there are many: 1, or more where a device gains by it. */
    default int batch() {
        return 1;
    }

    /**
     * Where its results depend on the machine: device, driver and kernels, in words. Whoever opens it with other words than
     * before may verify it first. Empty where there is nothing to fear.
     */
    default Optional<String> firstUseKey() {
        return Optional.empty();
    }

    /**
     * What of its device's memory work takes, with as many of the images at once as fit; taken is nothing. Empty where it has no
     * device of its own to plan for.
     *
     * @throws BackendException where not even one image fits
     */
    default Optional<MemoryPlan> plan(Checkpoint weights, BackendOptions options, MemoryNeed need) {
        return Optional.empty();
    }

    /**
     * Opens the backend on a checkpoint, which must stay open as long as the backend.
     *
     * @throws BackendException where it cannot
     */
    SamBackend open(Checkpoint weights, BackendOptions options);

    /** Whether {@link #calibrator} works. */
    default boolean calibrates() {
        return false;
    }

    /**
     * Opens what looks at the inputs of some Linears of the image encoder, such as {@code image_encoder.blocks.3.mlp.lin1}.
     *
     * @throws BackendException where it cannot
     */
    default Calibrator calibrator(Checkpoint weights, BackendOptions options, Set<String> modules) {
        throw new BackendException("backend '" + name() + "' does not calibrate");
    }
}
