package org.samfast.backend;

import java.util.Optional;
import java.util.Set;
import org.samfast.checkpoint.Checkpoint;

/** One way to run SAM, found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** {@return what {@code --backend} takes} */
    String name();

    /** {@return which of several usable backends {@code auto} takes: the highest} */
    int rank();

    /** {@return what it runs on where it is usable, for {@code sam backends}: {@code ONNX Runtime 1.29.0 on the CPU}} */
    String description();

    /** {@return empty where it can run here, otherwise one sentence for the user} */
    Optional<String> unusableBecause();

    /**
     * {@return whether it can compute in that precision}
     *
     * @param precision to compute in
     */
    Support support(Precision precision);

    /** {@return whether {@link Tuning} means anything to it} */
    default boolean tunes() {
        return false;
    }

    /** {@return how many images a call is best given at once where there are many: 1, or more where a device gains by it} */
    default int batch() {
        return 1;
    }

    /**
     * {@return where its results depend on the machine: device, driver and kernels, in words} Whoever opens it with
     * other words than before may verify it first. Empty where there is nothing to fear.
     */
    default Optional<String> firstUseKey() {
        return Optional.empty();
    }

    /**
     * {@return what of its device's memory work takes, with as many of the images at once as fit; taken is nothing.
     * Empty where it has no device of its own to plan for}
     *
     * @param weights the model
     * @param options how it is to be opened
     * @param need the work
     * @throws BackendException where not even one image fits
     */
    default Optional<MemoryPlan> plan(Checkpoint weights, BackendOptions options, MemoryNeed need) {
        return Optional.empty();
    }

    /**
     * Opens the backend on a checkpoint.
     *
     * @param weights the model, open as long as the backend
     * @param options threads, precision and what else it takes
     * @return the backend, which the caller closes
     * @throws BackendException where it cannot
     */
    SamBackend open(Checkpoint weights, BackendOptions options);

    /** {@return whether {@link #calibrator} works} */
    default boolean calibrates() {
        return false;
    }

    /**
     * Opens what looks at the inputs of some Linears of the image encoder, such as {@code image_encoder.blocks.3.mlp.lin1}.
     *
     * @param weights the model, open as long as the calibrator
     * @param options threads and what else it takes
     * @param modules official names without {@code .weight}
     * @return the calibrator, which the caller closes
     * @throws BackendException where it cannot
     */
    default Calibrator calibrator(Checkpoint weights, BackendOptions options, Set<String> modules) {
        throw new BackendException("backend '" + name() + "' does not calibrate");
    }
}
