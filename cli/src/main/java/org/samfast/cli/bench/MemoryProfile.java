package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryUse;
import org.samfast.backend.MemoryUse.Place;
import org.samfast.backend.SamBackend;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskPrediction;

/** What memory a backend takes from its opening to the masks of a second batch, stage by stage. */
public final class MemoryProfile {
    private static final String TABLE = "%-22s %10s %10s %10s %10s %12s";
    private static final double MIB = 1 << 20;
    private static final long SMALL = 100 << 10;

    private final int batch;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable SamBackend backend;

    /** How it is after a stage; the peaks are until then, of the device since its opening, of the host in the stage. */
    private record Step(String stage, List<MemoryUse> held, long devicePeak, long heap, long anonymousPeak) {
        long bytes(Place place) {
            return held.stream()
                    .filter(use -> use.place() == place)
                    .mapToLong(MemoryUse::bytes)
                    .sum();
        }
    }

    private MemoryProfile(int batch) {
        this.batch = batch;
    }

    /** Opens the backend and lets it work on two batches. */
    public static MemoryProfile measure(Supplier<SamBackend> open, BenchImages images, int batch) {
        MemoryProfile profile = new MemoryProfile(batch);
        List<RgbImage> photos = images.batch(batch);
        SamBackend backend = profile.step("open", () -> {
            SamBackend opened = open.get();
            profile.backend = opened;
            return opened;
        });
        profile.stages(backend, photos);
        profile.step("second batch", () -> new Workload(backend, false).endToEnd(photos));
        return profile;
    }

    private void stages(SamBackend on, List<RgbImage> photos) {
        List<ImageEmbedding> embeddings = step("embed", () -> on.embed(photos));
        try {
            List<MaskPrediction> predictions = step("predict", () -> on.predict(Workload.prompted(embeddings)));
            step("finish", () -> predictions.stream()
                    .map(prediction -> on.finish(prediction, Workload.THREE_MASKS_EACH))
                    .toList());
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    private <T> T step(String name, Supplier<T> stage) {
        try (AnonymousPeak peak = new AnonymousPeak()) {
            T result = stage.get();
            SamBackend on = backend;
            steps.add(new Step(
                    name,
                    on == null ? List.of() : on.memory(),
                    on == null ? 0 : on.deviceBytes(),
                    HostMemory.heapBytes(),
                    peak.bytes()));
            return result;
        }
    }

    /** For people, 80 columns wide. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(TABLE.formatted("MiB, batch of " + batch, "device", "its peak", "pinned", "heap", "host's peak"));
        for (Step step : steps) {
            lines.add(TABLE.formatted(
                    step.stage,
                    mib(step.bytes(Place.DEVICE)),
                    mib(step.devicePeak),
                    mib(step.bytes(Place.PINNED)),
                    mib(step.heap),
                    mib(step.anonymousPeak)));
        }
        lines.add("");
        for (int i = 0; i < steps.size(); i++) {
            addNames(lines, i);
        }
        lines.addAll(List.of(
                "device, pinned: what the backend holds after the stage, by name what is new in",
                "it; heap: Java's objects after it, dead ones too; host's peak: anonymous memory",
                "of the process in it"));
        return lines;
    }

    private void addNames(List<String> lines, int index) {
        List<MemoryUse> added = added(index);
        if (!added.isEmpty()) {
            lines.addAll(Wrapped.lines("%-13s ".formatted(steps.get(index).stage), names(added)));
            lines.add("");
        }
    }

    /** Those that are worth a name, and how many are not. */
    private static String names(List<MemoryUse> added) {
        List<String> names = new ArrayList<>();
        added.stream()
                .filter(use -> use.bytes() >= SMALL)
                .map(MemoryProfile::text)
                .forEach(names::add);
        int small = added.size() - names.size();
        if (small > 0) {
            names.add(small + " below 0.1");
        }
        return String.join(", ", names);
    }

    /** What a stage left that was not there before it, the largest first. */
    private List<MemoryUse> added(int index) {
        Map<String, Long> before = new HashMap<>();
        if (index > 0) {
            steps.get(index - 1).held.forEach(use -> before.put(key(use), use.bytes()));
        }
        return steps.get(index).held.stream()
                .map(use -> new MemoryUse(use.place(), use.what(), use.bytes() - before.getOrDefault(key(use), 0L)))
                .filter(use -> use.bytes() > 0)
                .sorted(Comparator.comparingLong(MemoryUse::bytes).reversed())
                .toList();
    }

    private static String key(MemoryUse use) {
        return use.place() + " " + use.what();
    }

    private static String text(MemoryUse use) {
        String pinned = use.place() == Place.PINNED ? " (pinned)" : "";
        return use.what() + pinned + " " + mib(use.bytes());
    }

    private static String mib(long bytes) {
        return bytes == 0 ? "-" : String.format(Locale.ROOT, "%.1f", bytes / MIB);
    }

    /** One object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("batch", batch);
        json.writeArrayFieldStart("memory");
        for (int i = 0; i < steps.size(); i++) {
            write(json, steps.get(i), added(i));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Step step, List<MemoryUse> added) throws IOException {
        json.writeStartObject();
        json.writeStringField("stage", step.stage);
        json.writeNumberField("device_bytes", step.bytes(Place.DEVICE));
        json.writeNumberField("device_peak_bytes", step.devicePeak);
        json.writeNumberField("pinned_bytes", step.bytes(Place.PINNED));
        json.writeNumberField("heap_bytes", step.heap);
        json.writeNumberField("anonymous_peak_bytes", step.anonymousPeak);
        json.writeArrayFieldStart("added");
        for (MemoryUse use : added) {
            json.writeStartObject();
            json.writeStringField("place", use.place().name().toLowerCase(Locale.ROOT));
            json.writeStringField("what", use.what());
            json.writeNumberField("bytes", use.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
