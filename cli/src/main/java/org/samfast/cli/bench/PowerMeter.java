package org.samfast.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The power of the machine's one GPU as nvidia-smi tells it, every 50 ms. Where there is no nvidia-smi, or several GPUs that it
 * could mean, it knows nothing.
 */
public final class PowerMeter implements AutoCloseable {
    private static final String PERIOD_MILLIS = "50";

    private final @Nullable Process process;
    private final List<Sample> samples = new ArrayList<>();

    private PowerMeter(@Nullable Process process) {
        this.process = process;
        if (process != null) {
            Thread.ofVirtual().start(() -> read(process));
        }
    }

    private record Sample(long nanos, double watts) {}

    /** What some work gave, and the mean power meanwhile. */
    record Metered<T>(T result, @Nullable Double watts) {}

    /** Starts to look at the GPU. */
    public static PowerMeter start() {
        try {
            return new PowerMeter(countGpus() == 1 ? smi("power.draw.instant", "-lms", PERIOD_MILLIS) : null);
        } catch (IOException _) {
            return none(); // no nvidia-smi: the cell stays empty
        }
    }

    /** Knows nothing. */
    public static PowerMeter none() {
        return new PowerMeter(null);
    }

    private static long countGpus() throws IOException {
        Process names = smi("name");
        try (BufferedReader lines = names.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().count();
        }
    }

    private static Process smi(String field, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add("nvidia-smi");
        command.add("--query-gpu=" + field);
        command.add("--format=csv,noheader,nounits");
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void read(Process from) {
        from.inputReader(StandardCharsets.UTF_8).lines().forEach(this::add);
    }

    private void add(String line) {
        if (line.strip().matches("\\d+(\\.\\d+)?")) {
            synchronized (samples) {
                samples.add(new Sample(System.nanoTime(), Double.parseDouble(line.strip())));
            }
        }
    }

    /** Does the work. */
    <T> Metered<T> during(Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        OptionalDouble mean = mean(start, System.nanoTime());
        return new Metered<>(result, mean.isPresent() ? mean.getAsDouble() : null);
    }

    private OptionalDouble mean(long start, long end) {
        synchronized (samples) {
            return samples.stream()
                    .filter(sample -> sample.nanos - start >= 0 && sample.nanos - end <= 0)
                    .mapToDouble(Sample::watts)
                    .average();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
        }
    }
}
